/* SPDX-License-Identifier: MulanPSL-2.0 */
/* forbid: the events that the selector left are the findings. */
#include "engine/sql/priv.h"

void forbid_sql(struct sq *q, struct buf *out)
{
    const char *k = keys_str(q, "");
    buf_fmt(
        out,
        ",\nfo AS MATERIALIZED (SELECT row_number() OVER () AS fid, cl, rid, kn, %s, NULL::INTEGER AS p_cl, "
        "NULL::BIGINT AS p_rid, NULL::INTEGER AS p_kn, NULL::VARCHAR AS anchor_text, val AS value, lim AS threshold, "
        "NULL::BIGINT AS gf, NULL::BIGINT AS gt, hit FROM ev)",
        k);
    buf_str(out,
            ",\nmem AS (SELECT fid, cl, rid, kn, 1 AS role, 0 AS bad, 0 AS of_, 1 AS anc FROM fo)");
}
