# packages: idna
# works: yes
"""International host names, in both directions."""

import idna

print(idna.encode("ドメイン.テスト"), idna.decode("xn--eckwd4c7c.xn--zckzah"))
print(idna.encode("Königsgäßchen.example", uts46=True), idna.encode("faß.de"))
for bad in ("-a.example", "a" * 64, "a\u2260b"):
    try:
        idna.encode(bad)
    except idna.IDNAError as error:
        print(type(error).__name__, "-", error)
