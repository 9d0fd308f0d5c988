/* SPDX-License-Identifier: MulanPSL-2.0 */
#ifndef HUJI_H
#define HUJI_H

/*
 * The engine's public face: a C ABI that Spark, tests and other languages call. What is marked
 * HUJI_API is all that libhuji.so shows; every such name begins with huji_.
 */

#define HUJI_API __attribute__((visibility("default")))

#endif
