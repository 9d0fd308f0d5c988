/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One visit, stay or purchase under construction, and how it becomes rows. Sums agree by construction: lines add up to
 * the settlement, the settlement's parts to its total. */
#ifndef HUJI_SYNTH_EPISODE_H
#define HUJI_SYNTH_EPISODE_H

#include "synth/model.h"

#define ID_LEN 24
#define EP_LINES 6000

/* What of a line the scheme pays. */
enum { PAY_BY_CATALOGUE, PAY_ALL, PAY_NOTHING };

struct eline {
    const struct item *it;
    sec_t t;
    int64_t cnt; /* 1e-4 */
    fen_t pric, amt, inscp, pre, own;
    fen_t pric_off;   /* written beside the price it was charged at */
    fen_t over;       /* above what the insurance allows: the patient pays it */
    uint32_t variant; /* maker, 0 = the catalogue's */
    int rx;           /* number of the prescription within the episode */
    int prd_days;     /* 0 = empty */
    int init;         /* line it takes back, -1 */
    int dept;         /* -1 = of the episode */
    uint32_t dr;      /* UINT32_MAX = of the episode */
    bool acord, takeaway, circ, no_init, etip, unsent, no_rx;
    uint8_t pay;  /* PAY_* */
    uint8_t setl; /* settlement 0 or 1 */
    char sn[ID_LEN];
};

struct eop {
    const char *code, *name, *anst_way;
    sec_t begn, end;
    uint32_t dr, anst_dr;
};

struct episode {
    struct world *w;
    const struct person *p;
    uint32_t inst;
    const char *med_type;
    sec_t begn, end, setl_time;
    bool stay;
    int dept, dept_out;
    uint32_t dr;
    const char *dx[8];
    int n_dx;
    const char *dise_no, *dise_name;
    char bed[12];
    const char *dscg_way, *insutype, *opter, *manl;
    char invono[24], terminal[24], cert_no[24], refl[ID_LEN];
    bool nwb, die, proxy, no_fund_zero_cash, waive, void_pair, emp_blank, internet;
    bool untraced;                 /* its boxes were not scanned, when they should have been */
    bool lost_init;                /* the refund names a settlement that there is not */
    char sp;                       /* as settled */
    sec_t refund_at;               /* of a void pair; 0 = 2 h later */
    sec_t mid_at;                  /* interim settlement at; 0 = none */
    fen_t fund_exact;              /* -1 = by the policy */
    fen_t fund_off;                /* paid beyond the policy */
    const char *emp_no, *emp_name; /* NULL = of the person */
    const char *tel;
    struct eline *lines;
    int n;
    struct eop ops[4];
    int n_ops;
    /* after episode_emit */
    char mdtrt_id[ID_LEN], setl_id[2][ID_LEN], refd_id[ID_LEN], oprn_id[4][ID_LEN];
    fen_t total, fund;
};

void episode_begin(struct episode *ep, struct world *w, const struct person *p, uint32_t inst,
                   const char *med_type, enum dept_id dept, sec_t begn, sec_t end);
struct eline *episode_line(struct episode *ep, const struct item *it, sec_t t, int64_t cnt_whole);
static inline void episode_dx(struct episode *ep, const char *dx)
{
    if (ep->n_dx < 8)
        ep->dx[ep->n_dx++] = dx;
}
void episode_op(struct episode *ep, const char *code, const char *name, const char *anst_way,
                sec_t begn, sec_t end);
/* Charges of the kind 01 02 07 for a stay: bed, consultation, nursing of `grade` (1..3), a line a day each. */
void episode_days(struct episode *ep, int grade);
void episode_emit(struct episode *ep);
const char *dx_name(const char *code);

#endif
