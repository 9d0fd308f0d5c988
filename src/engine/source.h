/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Sources of events and their fields: the one contract between the claims store, the rules and the SQL.
 *
 * A source is a table of columns. The store keeps it in DuckDB as `table` with the very same column names; the
 * engine gets the columns as arrays; a rule names the fields. Column types: F_CODE is an INTEGER id into the
 * dictionary of its domain (ids from 0, table d_<domain>(id INTEGER, code VARCHAR)); F_DAY INTEGER days since 1970;
 * F_SEC BIGINT seconds since 1970, local; F_INT INTEGER; F_BIG BIGINT; F_FEN BIGINT fen; F_QTY BIGINT 1e-4;
 * F_PRICE BIGINT 1e-6 yuan. Missing is NULL in DuckDB and HUJI_NONE32 / HUJI_NONE64 in an array.
 */
#ifndef HUJI_ENGINE_SOURCE_H
#define HUJI_ENGINE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define HUJI_NONE32 INT32_MIN
#define HUJI_NONE64 INT64_MIN

enum ftype { F_CODE, F_DAY, F_SEC, F_INT, F_BIG, F_FEN, F_QTY, F_PRICE };

/* Dictionaries. D_CODE holds all small enumerations (med_type, gend, ...) together; D_TEXT phones, beds, numbers. */
enum domain {
    D_NONE = -1,
    D_PERSON, /* psn_no */
    D_VISIT,  /* mdtrt_id */
    D_SETL,   /* setl_id */
    D_INST,   /* fixmedins_code */
    D_ITEM,   /* hilist_code, else med_list_codg */
    D_DX,     /* diagnosis */
    D_OPRN,   /* operation */
    D_DOCTOR, /* dr_code */
    D_DEPT,   /* department code */
    D_PLACE,  /* admdvs */
    D_EMP,    /* emp_no: employer; for residents the village or neighbourhood committee */
    D_CODE,
    D_TEXT,
    DOMAIN_COUNT
};

/* Rank: order of events with equal axis value (definitions.md part 4). */
enum source_id {
    S_PERSON, /* context only */
    S_INST,   /* context only */
    S_DOCTOR, /* context only */
    S_STAY,
    S_VISIT,
    S_SETTLEMENT,
    S_OPERATION,
    S_STOCK,
    S_LINE,
    S_LINE_RAW,
    S_UNMATCHED, /* what netting could not place (N5), as a fee line */
    S_SALE,
    S_TRACE,
    S_CHECK,
    S_REFUND,
    S_REG,      /* chronic-disease registration (OPSP_REG_D) as an event */
    S_ENROL,    /* a spell of insurance (PSN_INSU_D) as an event */
    S_LAB,      /* a laboratory report: its results as one signature */
    S_ACT,      /* what an agency's clerk did: registration, manual reimbursement ... */
    S_CLEARING, /* a clearing batch of an institution: declared, paid */
    SOURCE_COUNT
};

struct field {
    const char *name;
    const char *title; /* Chinese */
    enum ftype type;
    enum domain domain; /* F_CODE only, else D_NONE */
};

struct source {
    const char *name;      /* as rules write it */
    const char *title;     /* Chinese */
    const char *table;     /* DuckDB table or view */
    const char *where;     /* SQL: which rows of the table are events of this source; NULL = all */
    const char *id_prefix; /* "line:" ... of event ids */
    const char *
        id_field; /* column that identifies the event: F_CODE, or F_BIG `no` resolved by the store */
    const char *time_field, *end_field;    /* axis default; end NULL = point */
    const char *amount_field, *fund_field; /* NULL = 0 */
    int rank;
    const struct field *fields;
    size_t n_fields;
};

extern const struct source huji_sources[SOURCE_COUNT];
extern const char *const huji_domain_name[DOMAIN_COUNT]; /* "person", "visit", ... */

/* Are its events rows of the fee lines, netted or not? */
static inline bool source_is_line(enum source_id s)
{
    return s == S_LINE || s == S_LINE_RAW || s == S_UNMATCHED;
}

/* -1 when there is none. */
int source_find(struct span name);
int source_field(enum source_id s, struct span name);
int domain_find(struct span name);
/* Whether its events are somebody's: those of a stock room or of a clearing batch are nobody's. */
bool source_has_person(enum source_id s);
/* Bytes of one value: 4 or 8. */
static inline int ftype_width(enum ftype t)
{
    return t == F_CODE || t == F_DAY || t == F_INT ? 4 : 8;
}
/* Decimal digits behind the point: F_FEN 2, F_QTY 4, F_PRICE 6, else 0. */
int ftype_scale(enum ftype t);

/* Bits of the column `marks` (0 = nothing wrong). A finding that leans on a marked row says so. */
enum mark {
    MARK_CODE_UNKNOWN = 1 << 0, /* item code of no national form and in no catalogue */
    MARK_AMOUNT = 1 << 1,       /* amount differs from cnt * pric by more than 0.05 yuan */
    MARK_NO_VISIT = 1 << 2,     /* line or settlement without its mdtrt_d row */
    MARK_MADE = 1 << 3,         /* a visit made from its lines */
    MARK_SIGN = 1 << 4,         /* N0: cnt = 0, pric < 0, or signs of cnt and amount differ */
    MARK_END_BEFORE = 1 << 5,   /* ends before it begins */
    MARK_NO_PERSON = 1 << 6,    /* person in no person table */
    MARK_NO_INST = 1 << 7,      /* institution in no institution table */
    MARK_BIG = 1 << 8,          /* amount of 1e7 yuan and more: implausible */
    MARK_FUTURE = 1 << 9,       /* dated after the import */
    MARK_BIRTH = 1 << 10,       /* before birth */
    MARK_REFUND_ORPHAN = 1 << 11,
};

#endif
