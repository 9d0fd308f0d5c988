/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "synth/episode_rows.h"

#include <stdio.h>

/* --- rows -------------------------------------------------------------------------------------- */

void episode_id_of(char out[ID_LEN], const char *place, char kind, uint64_t n)
{
    memcpy(out, place, 6);
    out[6] = kind;
    for (int i = 18; i >= 7; i--) {
        out[i] = (char)('0' + n % 10);
        n /= 10;
    }
    out[19] = 0;
}

/* The window that takes the money. */
static const char *window_of(const struct episode *ep, char op[24])
{
    snprintf(op, 24, "%s-%02u", ep->w->insts[ep->inst].code,
             (unsigned)(hash_bytes(ep->mdtrt_id, 19) % 6) + 1);
    return ep->opter ? ep->opter : op;
}

void episode_write_visit(const struct episode *ep)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    const struct person *p = ep->p;
    const struct inst *i = &w->insts[ep->inst];
    char dr[14] = "", dr_name[16] = "";
    if (ep->dr != UINT32_MAX) {
        doctor_code(w, ep->dr, dr);
        doctor_name(w, ep->dr, dr_name);
    }
    const enum table_id t = T_MDTRT;
    row_str(o, t, ep->mdtrt_id);
    row_str(o, t, p->psn_no);
    row_str(o, t, "01");
    row_str(o, t, p->certno);
    row_str(o, t, p->name);
    row_char(o, t, p->gend);
    row_day(o, t, p->born);
    if (p->born == DAY_NONE)
        row_str(o, t, NULL);
    else
        row_int(o, t, age_at(p, sec_day(ep->begn)));
    row_str(o, t, ep->tel ? ep->tel : p->tel);
    row_str(o, t, p->addr);
    row_str(o, t, ep->insutype);
    row_str(o, t, p->psn_type);
    row_char(o, t, ep->sp);
    row_str(o, t, ep->nwb ? "1" : "0");
    row_str(o, t, p->place);
    row_str(o, t, ep->emp_blank ? "" : ep->emp_no ? ep->emp_no : p->emp_no);
    row_str(o, t, ep->emp_blank ? "" : ep->emp_name ? ep->emp_name : p->emp_name);
    row_str(o, t, ep->manl ? "1" : "2");
    row_str(o, t, i->code);
    row_str(o, t, i->name);
    row_str(o, t, i->hosp_lv);
    row_str(o, t, i->place);
    row_sec(o, t, ep->begn);
    row_sec(o, t, ep->end);
    row_str(o, t, "03");
    row_str(o, t, ep->cert_no);
    row_str(o, t, ep->med_type);
    row_str(o, t, ep->refl);
    char no[ID_LEN];
    snprintf(no, sizeof no, "%s%s", ep->stay ? "Z" : "M", ep->mdtrt_id + 9);
    row_str(o, t, no);
    row_str(o, t, ep->stay ? no : NULL);
    row_str(o, t, dr);
    row_str(o, t, dr_name);
    row_str(o, t, ep->dept >= 0 ? synth_depts[ep->dept].code : NULL);
    row_str(o, t, ep->dept >= 0 ? synth_depts[ep->dept].name : NULL);
    row_str(o, t, ep->bed);
    row_bytes(o, t, ep->bed, ep->bed[0] ? 2 : 0);
    row_str(o, t, ep->n_dx ? ep->dx[0] : NULL);
    row_str(o, t, ep->n_dx ? dx_name(ep->dx[0]) : NULL);
    row_str(o, t, ep->stay && ep->dept_out >= 0 ? synth_depts[ep->dept_out].code : NULL);
    row_str(o, t, ep->stay && ep->dept_out >= 0 ? synth_depts[ep->dept_out].name : NULL);
    row_str(o, t, ep->bed);
    row_str(o, t, ep->dscg_way);
    row_str(o, t, ep->dise_no);
    row_str(o, t, ep->dise_name);
    row_str(o, t, ep->stay ? "0" : NULL);
    row_day(o, t, ep->die ? sec_day(ep->end) : DAY_NONE);
    if (ep->stay) {
        int los = sec_day(ep->end) - sec_day(ep->begn);
        row_int(o, t, los ? los : 1);
    } else {
        row_str(o, t, NULL);
    }
    row_str(o, t, "1");
    char op[24];
    row_str(o, t, window_of(ep, op));
    row_bytes(o, t, p->place, 4);
    row_str(o, t, ep->proxy ? "1" : "0");
    row_end(o, t);
    w->n_visit++;
}

void episode_write_settlement(const struct episode *ep, const char *id, const char *init,
                              const struct money *m, day_t from, day_t to, sec_t at, bool mid)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    const struct person *p = ep->p;
    const struct inst *i = &w->insts[ep->inst];
    const enum table_id t = T_SETL;
    row_str(o, t, id);
    row_str(o, t, ep->mdtrt_id);
    row_str(o, t, init);
    row_str(o, t, p->psn_no);
    row_str(o, t, p->name);
    row_str(o, t, p->certno);
    row_char(o, t, p->gend);
    row_day(o, t, p->born);
    row_str(o, t, ep->insutype);
    row_str(o, t, p->psn_type);
    row_char(o, t, ep->sp);
    row_str(o, t, p->place);
    row_str(o, t, ep->emp_blank ? "" : ep->emp_no ? ep->emp_no : p->emp_no);
    row_str(o, t, ep->emp_blank ? "" : ep->emp_name ? ep->emp_name : p->emp_name);
    row_str(o, t, ep->manl ? "1" : "2");
    row_str(o, t, i->code);
    row_str(o, t, i->name);
    row_str(o, t, i->hosp_lv);
    row_str(o, t, i->place);
    row_day(o, t, from);
    row_day(o, t, to);
    row_sec(o, t, at);
    row_str(o, t, "03");
    row_str(o, t, ep->cert_no);
    row_str(o, t, ep->med_type);
    row_str(o, t, ep->manl ? "1" : "2");
    row_str(o, t, ep->stay ? "21" : ep->med_type[0] == '4' ? "41" : "11");
    row_str(o, t, ep->stay && i->level >= 2 ? "40" : "1");
    row_fen(o, t, m->total);
    row_fen(o, t, m->own);
    row_fen(o, t, m->over);
    row_fen(o, t, m->pre);
    row_fen(o, t, m->inscp);
    row_fen(o, t, m->dedc);
    row_fen(o, t, m->hifp);
    row_fen(o, t, m->maf);
    row_fen(o, t, m->fund);
    row_fen(o, t, m->psn);
    row_fen(o, t, m->acct);
    row_fen(o, t, m->cash);
    row_fen(o, t, m->hosp);
    row_fen(o, t, 0);
    row_str(o, t, init ? "1" : "0");
    row_str(o, t, ep->dise_no);
    row_str(o, t, ep->dise_name);
    if (ep->invono[0]) {
        row_str(o, t, ep->invono);
    } else {
        char b[24];
        snprintf(b, sizeof b, "FP%s", id + 6);
        row_str(o, t, b);
    }
    row_str(o, t, ep->manl);
    row_str(o, t, "1");
    char op[24];
    row_str(o, t, window_of(ep, op));
    row_bytes(o, t, p->place, 4);
    row_str(o, t, mid ? "1" : "0");
    row_str(o, t, ep->proxy ? "1" : "0");
    row_end(o, t);
    w->n_setl++;
    if (ep->terminal[0] && !init) {
        row_str(o, T_TERM, id);
        row_str(o, T_TERM, ep->terminal);
        row_str(o, T_TERM, i->code);
        row_end(o, T_TERM);
    }
}

void episode_write_line(const struct episode *ep, struct eline *l, const char *setl, bool back)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    const struct inst *i = &w->insts[ep->inst];
    const enum table_id t = T_FEE;
    char sn[ID_LEN], init[ID_LEN] = "";
    episode_id_of(sn, i->place, 'F', ++w->n_line);
    if (back)
        memcpy(init, l->sn, sizeof init);
    else
        memcpy(l->sn, sn, sizeof sn);
    if (!back && l->init >= 0 && !l->no_init)
        memcpy(init, ep->lines[l->init].sn, sizeof init);
    int sign = back ? -1 : 1;
    row_str(o, t, sn);
    row_str(o, t, ep->mdtrt_id);
    row_str(o, t, setl);
    row_sec(o, t, l->t);
    row_str(o, t, ep->p->psn_no);
    char rx[32];
    snprintf(rx, sizeof rx, "R%s%02d", ep->mdtrt_id + 6, l->rx % 100);
    row_str(o, t, l->no_rx ? NULL : rx);
    row_str(o, t, i->code);
    row_str(o, t, i->name);
    row_str(o, t, ep->p->place);
    row_str(o, t, ep->med_type);
    row_qty(o, t, sign * l->cnt);
    row_fen(o, t, l->pric + l->pric_off);
    row_fen(o, t, sign * l->amt);
    row_str(o, t, l->it->lv[1] == '1' ? "0" : l->it->lv[1] == '2' ? "0.1" : "1");
    row_fen(o, t, sign * l->own);
    row_fen(o, t, sign * l->over);
    row_fen(o, t, sign * l->pre);
    row_fen(o, t, sign * l->inscp);
    row_str(o, t, l->it->lv);
    char code[32];
    size_t n = strlen(l->it->code);
    memcpy(code, l->it->code, n + 1);
    if (l->variant && n >= 20 && item_is_drug(l->it)) { /* another maker: the last five digits */
        uint32_t v = 10000 + (l->variant * 761 + item_no(l->it) * 13) % 79999;
        for (int k = 1; k <= 5; k++) {
            code[n - (size_t)k] = (char)('0' + v % 10);
            v /= 10;
        }
    }
    row_bytes(o, t, code, n);
    row_str(o, t, l->it->name);
    row_str(o, t, l->it->list_type);
    row_bytes(o, t, code, n);
    snprintf(rx, sizeof rx, "Y%05u", item_no(l->it) + 1);
    row_str(o, t, rx);
    row_str(o, t, l->it->chrg);
    int dept = l->dept >= 0 ? l->dept : ep->dept;
    uint32_t dr = l->dr != UINT32_MAX ? l->dr : ep->dr;
    char dc[14] = "", dn[16] = "";
    if (dr != UINT32_MAX) {
        doctor_code(w, dr, dc);
        doctor_name(w, dr, dn);
    }
    row_str(o, t, dept >= 0 ? synth_depts[dept].code : NULL);
    row_str(o, t, dept >= 0 ? synth_depts[dept].name : NULL);
    row_str(o, t, dc);
    row_str(o, t, dn);
    row_str(o, t, dept >= 0 ? synth_depts[dept].code : NULL);
    row_str(o, t, l->acord ? dc : NULL);
    if (l->prd_days)
        row_int(o, t, l->prd_days);
    else
        row_str(o, t, NULL);
    row_str(o, t, l->takeaway ? "1" : "0");
    row_str(o, t, l->circ ? "1" : "0");
    row_str(o, t, l->etip ? "1" : "0");
    row_str(o, t, ep->dise_no);
    row_str(o, t, init);
    row_str(o, t, "1");
    row_end(o, t);
}

void episode_write_diagnoses(const struct episode *ep)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    for (int k = 0; k < ep->n_dx; k++) {
        enum table_id t = ep->stay ? T_DIAG_L : T_DIAG_S;
        char id[ID_LEN];
        episode_id_of(id, w->insts[ep->inst].place, 'Q', ++w->n_diag);
        row_str(o, t, id);
        if (ep->stay)
            row_str(o, t, ep->setl_id[0]);
        row_str(o, t, ep->mdtrt_id);
        row_str(o, t, ep->p->psn_no);
        if (!ep->stay)
            row_str(o, t, "2");
        row_str(o, t, "1");
        row_str(o, t, k ? "0" : "1");
        if (!ep->stay)
            row_int(o, t, k + 1);
        row_str(o, t, ep->dx[k]);
        row_str(o, t, dx_name(ep->dx[k]));
        row_str(o, t, "1");
        row_end(o, t);
    }
}

void episode_write_operations(struct episode *ep)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    for (int k = 0; k < ep->n_ops; k++) {
        const struct eop *op = &ep->ops[k];
        char dr[14], name[16], an[14];
        doctor_code(w, op->dr, dr);
        doctor_name(w, op->dr, name);
        doctor_code(w, op->anst_dr, an);
        const enum table_id t = T_OPRN;
        episode_id_of(ep->oprn_id[k], w->insts[ep->inst].place, 'O', ++w->n_oprn);
        row_str(o, t, ep->oprn_id[k]);
        row_str(o, t, ep->setl_id[0]);
        row_str(o, t, ep->p->psn_no);
        row_str(o, t, ep->mdtrt_id);
        row_str(o, t, k ? "0" : "1");
        row_str(o, t, op->name);
        row_str(o, t, op->code);
        row_day(o, t, sec_day(op->begn));
        row_str(o, t, op->anst_way);
        row_str(o, t, name);
        row_str(o, t, dr);
        row_str(o, t, an);
        row_sec(o, t, op->begn);
        row_sec(o, t, op->end);
        row_sec(o, t, op->begn - 1200);
        row_sec(o, t, op->end + 900);
        row_str(o, t, "1");
        row_end(o, t);
    }
}
