/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/place.h"

#include <stdio.h>

void place_prefix(struct span admdvs, char out[PLACE_PREFIX])
{
    size_t n = admdvs.n;

    while (n >= 2 && n % 2 == 0 && admdvs.p[n - 1] == '0' && admdvs.p[n - 2] == '0')
        n -= 2;
    snprintf(out, PLACE_PREFIX, "%.*s", (int)n, admdvs.p);
}

bool place_is_code(struct span admdvs)
{
    char prefix[PLACE_PREFIX];

    if (admdvs.n != 2 && admdvs.n != 4 && admdvs.n != 6)
        return false;
    for (size_t i = 0; i < admdvs.n; i++)
        if (admdvs.p[i] < '0' || admdvs.p[i] > '9')
            return false;
    place_prefix(admdvs, prefix);
    return prefix[0] != 0;
}

void place_inst_sql(struct buf *out, const char *column, const char *prefix)
{
    buf_fmt(out,
            " and %s in (select d.code from d_inst d left join s_inst i on i.fixmedins_code = d.id"
            " left join d_place p on p.id = i.fix_blng_admdvs"
            " where starts_with(coalesce(p.code, substr(d.code, 2, 6)), ",
            column);
    buf_sql(out, span_of(prefix));
    buf_str(out, "))");
}
