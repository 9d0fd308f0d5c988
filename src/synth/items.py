# SPDX-License-Identifier: MulanPSL-2.0
# rules/knowledge/item.csv -> initialisers of struct item (build step of src/synth)
import csv, sys

with open(sys.argv[1], encoding='utf-8', newline='') as f, open(sys.argv[2], 'w', encoding='utf-8') as out:
    for r in csv.DictReader(f):
        yuan, _, fen = r['ref_price'].partition('.')
        price = int(yuan) * 100 + int((fen + '00')[:2])
        out.write('{"%s", "%s", "%s", "%s", "%s", "%s", %d},\n' % (
            r['hilist_code'], r['hilist_name'].replace('"', '\\"'), r['list_type'], r['med_chrgitm_type'],
            r['chrgitm_lv'], r['class'], price))
