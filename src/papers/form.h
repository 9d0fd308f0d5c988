/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A workbook that someone without Huji fills in: a key on each row, locked columns, columns to fill in with drop-downs. */
#ifndef HUJI_PAPERS_FORM_H
#define HUJI_PAPERS_FORM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum form_check { FORM_ANY, FORM_CHOICE, FORM_NUMBER, FORM_DATE, FORM_MOMENT };
struct form_column {
    const char *title;
    bool fill, numeric;
    enum form_check check;
    const char *choices; /* FORM_CHOICE: "," between */
    int width;
};
struct form {
    const char *title, *how, *foot, *key_title;
    const char *mark;                  /* papers/mark.h; NULL = none */
    const struct form_column *columns; /* behind the key's */
    size_t n_columns;
    const json_t *rows; /* [{"row_key": "..", "cells": [..], "answer": [..] or null}] */
};
/* Texts are written as texts: nothing becomes a formula. Errors: ERR_IO. */
int form_write(const struct form *f, const char *path, struct err *e);

#endif
