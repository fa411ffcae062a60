"""Tables of the parser. Written by `python -m tunec.syntax.generate`; do not edit.

PATTERN has a group for each kind of word. A line of STATES is a state: for each symbol the state
to go to, or ~r to reduce by the r-th line of RULES. A line of RULES has the symbol it makes, its
length, what it builds (with ? where a single part stands for itself), and the parts that are kept
(with * where a part is a list whose members are).
"""

# ruff: noqa: E501

PATTERN = (
    '(?P<SPACE>[ \t]+)'
    '|(?P<NAME>[A-Za-z_][A-Za-z0-9_]*)'
    '|(?P<NEWLINE>\r?\n)'
    '|(?P<NUMBER>(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)'
    '|(?P<PERCENT>%)'
    '|(?P<EQUAL>=)'
    '|(?P<LBRACE>\\{)'
    '|(?P<RBRACE>\\})'
    '|(?P<COMMA>,)'
    '|(?P<LSQB>\\[)'
    '|(?P<RSQB>\\])'
    '|(?P<LPAR>\\()'
    '|(?P<RPAR>\\))'
    '|(?P<DOT>\\.)'
    '|(?P<PLUS>\\+)'
    '|(?P<MINUS>\\-)'
    '|(?P<STAR>\\*)'
    '|(?P<SLASH>/)'
    '|(?P<BLOCK_STRING>"""[^"\\\\]*(?:(?:\\\\[\\s\\S]|"(?!""))[^"\\\\]*)*""")'
    '|(?P<STRING>(?!""")"[^"\\\\\r\n]*(?:\\\\[^\r\n][^"\\\\\r\n]*)*")'
    '|(?P<COMMENT>#[^\x00-\x08\n-\x1f\x7f]*)'
    '|(?P<REFERENCE>\\$[A-Za-z_][A-Za-z0-9_]*)'
)
KEYWORDS = {'false': 'FALSE', 'let': 'LET', 'true': 'TRUE', 'use': 'USE'}
STARTS = {'document': 0, 'path_setting': 1, 'lone_value': 2}
ENDS = {'document': 11, 'path_setting': 18, 'lone_value': 30}
RULES = """\
document 3 document *1
document 2 document *1
document 1 document
document 2 document *0
document 1 document *0
document 0 document
_items 1 list 0
_items 3 list *0 2
item 1 item 0
item 1 item 0
item 1 item 0
item 1 item 0
setting 3 setting 0 2
let 4 let 1 3
use 2 use 1
block 3 block 0 1 2
block 2 block 0 1
block 2 block 0 1
block 1 block 0
label 1 symbol 0
label 1 text 0
label 1 block_text 0
body 5 body *2
body 4 body *2
body 3 body
body 4 body *1
body 3 body *1
body 2 body
_separator 1 silent
_separator 3 silent
_separator 2 silent
_separator 2 silent
_separator 1 silent
_lines 1 silent
_same_line 0 silent
_any_line 1 silent
_any_line 0 silent
sequence 6 sequence *2
sequence 4 sequence *2
sequence 3 sequence
_elements 1 list 0
_elements 4 list *0 3
quantity 2 quantity *0 1
unit 1 unit 0
unit 1 unit 0
_amount 1 list 0
_amount 1 list 0
_amount 4 list 2
number 1 number 0
reference 1 reference 0
path_setting 3 path_setting 0 2
path 2 path 0 *1
path 1 path 0
lone_value 1 lone_value 0
value{_same_line} 1 ?value 0
value{_same_line} 2 word 0
value{_same_line} 2 true
value{_same_line} 2 false
value{_same_line} 2 text 0
value{_same_line} 2 block_text 0
value{_same_line} 2 ?value 0
value{_any_line} 1 ?value 0
value{_any_line} 2 word 0
value{_any_line} 2 true
value{_any_line} 2 false
value{_any_line} 2 text 0
value{_any_line} 2 block_text 0
value{_any_line} 2 ?value 0
sum{_any_line} 1 ?sum 0
sum{_any_line} 4 add 0 3
sum{_any_line} 4 subtract 0 3
sum{_same_line} 1 ?sum 0
sum{_same_line} 4 add 0 3
sum{_same_line} 4 subtract 0 3
product{_any_line} 1 ?product 0
product{_any_line} 4 multiply 0 3
product{_any_line} 4 divide 0 3
product{_same_line} 1 ?product 0
product{_same_line} 4 multiply 0 3
product{_same_line} 4 divide 0 3
signed{_any_line} 1 ?signed 0
signed{_any_line} 3 negate 2
signed{_same_line} 1 ?signed 0
signed{_same_line} 3 negate 2
operand{_any_line} 2 ?operand *0
operand{_any_line} 2 ?operand 0
operand{_same_line} 2 ?operand *0
operand{_same_line} 2 ?operand 0
___lines_plus_0 1 silent
___lines_plus_0 2 silent
__path_star_1 2 list 1
__path_star_1 3 list *0 2
"""
STATES = """\
$END -6  LET 3  NAME 4  NEWLINE 5  USE 6  ___lines_plus_0 7  _items 8  _lines 9  block 10  document 11  item 12  let 13  setting 14  use 15
NAME 16  path 17  path_setting 18
BLOCK_STRING 19  FALSE 20  LPAR 21  LSQB 22  MINUS 23  NAME 24  NUMBER 25  REFERENCE 26  STRING 27  TRUE 28  _amount 29  lone_value 30  number 31  operand{_same_line} 32  product{_same_line} 33  quantity 34  reference 35  sequence 36  signed{_same_line} 37  sum{_same_line} 38  value{_same_line} 39
NAME 40
$END -19  BLOCK_STRING 41  COMMA -19  EQUAL 42  LBRACE 43  NAME 44  NEWLINE -19  RBRACE -19  STRING 45  body 46  label 47
$END -89  BLOCK_STRING -89  COMMA -89  FALSE -89  LET -89  LPAR -89  LSQB -89  MINUS -89  NAME -89  NEWLINE -89  NUMBER -89  PLUS -89  RBRACE -89  REFERENCE -89  RPAR -89  RSQB -89  SLASH -89  STAR -89  STRING -89  TRUE -89  USE -89
STRING 48
$END -34  BLOCK_STRING -34  COMMA -34  FALSE -34  LET -34  LPAR -34  LSQB -34  MINUS -34  NAME -34  NEWLINE 49  NUMBER -34  PLUS -34  RBRACE -34  REFERENCE -34  RPAR -34  RSQB -34  SLASH -34  STAR -34  STRING -34  TRUE -34  USE -34
$END -5  COMMA 50  NEWLINE 5  ___lines_plus_0 7  _lines 51  _separator 52
$END -3  LET 3  NAME 4  USE 6  _items 53  block 10  item 12  let 13  setting 14  use 15
$END -10  COMMA -10  NEWLINE -10  RBRACE -10

$END -7  COMMA -7  NEWLINE -7  RBRACE -7
$END -11  COMMA -11  NEWLINE -11  RBRACE -11
$END -9  COMMA -9  NEWLINE -9  RBRACE -9
$END -12  COMMA -12  NEWLINE -12  RBRACE -12
DOT 54  EQUAL -53  __path_star_1 55
EQUAL 56

$END -35  COMMA -35  NEWLINE -35  RBRACE -35  _same_line 57
$END -35  COMMA -35  NEWLINE -35  RBRACE -35  _same_line 58
LPAR -37  MINUS -37  NEWLINE 5  NUMBER -37  REFERENCE -37  ___lines_plus_0 7  _any_line 59  _lines 60
BLOCK_STRING -37  FALSE -37  LPAR -37  LSQB -37  MINUS -37  NAME -37  NEWLINE 5  NUMBER -37  REFERENCE -37  RSQB -37  STRING -37  TRUE -37  ___lines_plus_0 7  _any_line 61  _lines 60
LPAR -35  MINUS -35  NUMBER -35  REFERENCE -35  _same_line 62
$END -35  COMMA -35  NEWLINE -35  RBRACE -35  _same_line 63
$END -49  COMMA -49  MINUS -49  NAME -49  NEWLINE -49  PERCENT -49  PLUS -49  RBRACE -49  RPAR -49  RSQB -49  SLASH -49  STAR -49
$END -50  COMMA -50  MINUS -50  NAME -50  NEWLINE -50  PERCENT -50  PLUS -50  RBRACE -50  RPAR -50  RSQB -50  SLASH -50  STAR -50
$END -35  COMMA -35  NEWLINE -35  RBRACE -35  _same_line 64
$END -35  COMMA -35  NEWLINE -35  RBRACE -35  _same_line 65
$END -35  COMMA -35  MINUS -35  NAME 66  NEWLINE -35  PERCENT 67  PLUS -35  RBRACE -35  SLASH -35  STAR -35  _same_line 68  unit 69

$END -46  COMMA -46  MINUS -46  NAME -46  NEWLINE -46  PERCENT -46  PLUS -46  RBRACE -46  RPAR -46  RSQB -46  SLASH -46  STAR -46
$END -83  COMMA -83  MINUS -83  NEWLINE -83  PLUS -83  RBRACE -83  SLASH -83  STAR -83
$END -72  COMMA -72  MINUS -72  NEWLINE -72  PLUS -72  RBRACE -72  SLASH 70  STAR 71
$END -35  COMMA -35  MINUS -35  NEWLINE -35  PLUS -35  RBRACE -35  SLASH -35  STAR -35  _same_line 72
$END -47  COMMA -47  MINUS -47  NAME -47  NEWLINE -47  PERCENT -47  PLUS -47  RBRACE -47  RPAR -47  RSQB -47  SLASH -47  STAR -47
$END -35  COMMA -35  NEWLINE -35  RBRACE -35  _same_line 73
$END -78  COMMA -78  MINUS -78  NEWLINE -78  PLUS -78  RBRACE -78  SLASH -78  STAR -78
$END -55  COMMA -55  MINUS 74  NEWLINE -55  PLUS 75  RBRACE -55
$END -54
EQUAL 76
$END -22  COMMA -22  LBRACE -22  NEWLINE -22  RBRACE -22
BLOCK_STRING 19  FALSE 20  LPAR 21  LSQB 22  MINUS 23  NAME 24  NUMBER 25  REFERENCE 26  STRING 27  TRUE 28  _amount 29  number 31  operand{_same_line} 32  product{_same_line} 33  quantity 34  reference 35  sequence 36  signed{_same_line} 37  sum{_same_line} 38  value{_same_line} 77
LET 3  NAME 4  NEWLINE 5  RBRACE 78  USE 6  ___lines_plus_0 7  _items 79  _lines 80  block 10  item 12  let 13  setting 14  use 15
$END -20  COMMA -20  LBRACE -20  NEWLINE -20  RBRACE -20
$END -21  COMMA -21  LBRACE -21  NEWLINE -21  RBRACE -21
$END -18  COMMA -18  NEWLINE -18  RBRACE -18
$END -17  COMMA -17  LBRACE 43  NEWLINE -17  RBRACE -17  body 81
$END -15  COMMA -15  NEWLINE -15  RBRACE -15
$END -90  BLOCK_STRING -90  COMMA -90  FALSE -90  LET -90  LPAR -90  LSQB -90  MINUS -90  NAME -90  NEWLINE -90  NUMBER -90  PLUS -90  RBRACE -90  REFERENCE -90  RPAR -90  RSQB -90  SLASH -90  STAR -90  STRING -90  TRUE -90  USE -90
$END -33  LET -33  NAME -33  NEWLINE 5  RBRACE -33  USE -33  ___lines_plus_0 7  _lines 82
$END -29  COMMA 83  LET -29  NAME -29  RBRACE -29  USE -29
$END -4  LET 3  NAME 4  USE 6  block 10  item 84  let 13  setting 14  use 15
$END -2  COMMA 50  NEWLINE 5  ___lines_plus_0 7  _lines 51  _separator 85
NAME 86
DOT 87  EQUAL -52
BLOCK_STRING 19  FALSE 20  LPAR 21  LSQB 22  MINUS 23  NAME 24  NUMBER 25  REFERENCE 26  STRING 27  TRUE 28  _amount 29  number 31  operand{_same_line} 32  product{_same_line} 33  quantity 34  reference 35  sequence 36  signed{_same_line} 37  sum{_same_line} 38  value{_same_line} 88
$END -60  COMMA -60  NEWLINE -60  RBRACE -60
$END -58  COMMA -58  NEWLINE -58  RBRACE -58
LPAR 21  MINUS 89  NUMBER 25  REFERENCE 26  _amount 90  number 31  operand{_any_line} 91  product{_any_line} 92  quantity 93  reference 35  signed{_any_line} 94  sum{_any_line} 95
BLOCK_STRING -36  COMMA -36  FALSE -36  LPAR -36  LSQB -36  MINUS -36  NAME -36  NUMBER -36  PLUS -36  REFERENCE -36  RPAR -36  RSQB -36  SLASH -36  STAR -36  STRING -36  TRUE -36
BLOCK_STRING 96  FALSE 97  LPAR 21  LSQB 22  MINUS 89  NAME 98  NUMBER 25  REFERENCE 26  RSQB 99  STRING 100  TRUE 101  _amount 90  _elements 102  number 31  operand{_any_line} 91  product{_any_line} 92  quantity 93  reference 35  sequence 103  signed{_any_line} 94  sum{_any_line} 104  value{_any_line} 105
LPAR 21  MINUS 23  NUMBER 25  REFERENCE 26  _amount 29  number 31  operand{_same_line} 32  quantity 34  reference 35  signed{_same_line} 106
$END -56  COMMA -56  NEWLINE -56  RBRACE -56
$END -59  COMMA -59  NEWLINE -59  RBRACE -59
$END -57  COMMA -57  NEWLINE -57  RBRACE -57
$END -44  COMMA -44  MINUS -44  NEWLINE -44  PLUS -44  RBRACE -44  RPAR -44  RSQB -44  SLASH -44  STAR -44
$END -45  COMMA -45  MINUS -45  NEWLINE -45  PLUS -45  RBRACE -45  RPAR -45  RSQB -45  SLASH -45  STAR -45
$END -87  COMMA -87  MINUS -87  NEWLINE -87  PLUS -87  RBRACE -87  SLASH -87  STAR -87
$END -43  COMMA -43  MINUS -43  NEWLINE -43  PLUS -43  RBRACE -43  RPAR -43  RSQB -43  SLASH -43  STAR -43
LPAR -35  MINUS -35  NUMBER -35  REFERENCE -35  _same_line 107
LPAR -35  MINUS -35  NUMBER -35  REFERENCE -35  _same_line 108
$END -88  COMMA -88  MINUS -88  NEWLINE -88  PLUS -88  RBRACE -88  SLASH -88  STAR -88
$END -61  COMMA -61  NEWLINE -61  RBRACE -61
LPAR -35  MINUS -35  NUMBER -35  REFERENCE -35  _same_line 109
LPAR -35  MINUS -35  NUMBER -35  REFERENCE -35  _same_line 110
BLOCK_STRING 19  FALSE 20  LPAR 21  LSQB 22  MINUS 23  NAME 24  NUMBER 25  REFERENCE 26  STRING 27  TRUE 28  _amount 29  number 31  operand{_same_line} 32  product{_same_line} 33  quantity 34  reference 35  sequence 36  signed{_same_line} 37  sum{_same_line} 38  value{_same_line} 111
$END -13  COMMA -13  NEWLINE -13  RBRACE -13
$END -28  COMMA -28  NEWLINE -28  RBRACE -28
COMMA 50  NEWLINE 5  RBRACE 112  ___lines_plus_0 7  _lines 51  _separator 113
LET 3  NAME 4  RBRACE 114  USE 6  _items 115  block 10  item 12  let 13  setting 14  use 15
$END -16  COMMA -16  NEWLINE -16  RBRACE -16
$END -32  LET -32  NAME -32  RBRACE -32  USE -32
$END -31  LET -31  NAME -31  NEWLINE 5  RBRACE -31  USE -31  ___lines_plus_0 7  _lines 116
$END -8  COMMA -8  NEWLINE -8  RBRACE -8
$END -1  LET 3  NAME 4  USE 6  block 10  item 84  let 13  setting 14  use 15
DOT -91  EQUAL -91
NAME 117
$END -51
LPAR -37  MINUS -37  NEWLINE 5  NUMBER -37  REFERENCE -37  ___lines_plus_0 7  _any_line 118  _lines 60
COMMA -37  MINUS -37  NAME 66  NEWLINE 5  PERCENT 67  PLUS -37  RPAR -37  RSQB -37  SLASH -37  STAR -37  ___lines_plus_0 7  _any_line 119  _lines 60  unit 69
COMMA -81  MINUS -81  PLUS -81  RPAR -81  RSQB -81  SLASH -81  STAR -81
COMMA -69  MINUS -69  PLUS -69  RPAR -69  RSQB -69  SLASH 120  STAR 121
COMMA -37  MINUS -37  NEWLINE 5  PLUS -37  RPAR -37  RSQB -37  SLASH -37  STAR -37  ___lines_plus_0 7  _any_line 122  _lines 60
COMMA -75  MINUS -75  PLUS -75  RPAR -75  RSQB -75  SLASH -75  STAR -75
MINUS 123  PLUS 124  RPAR 125
COMMA -37  NEWLINE 5  RSQB -37  ___lines_plus_0 7  _any_line 126  _lines 60
COMMA -37  NEWLINE 5  RSQB -37  ___lines_plus_0 7  _any_line 127  _lines 60
COMMA -37  NEWLINE 5  RSQB -37  ___lines_plus_0 7  _any_line 128  _lines 60
$END -40  COMMA -40  NEWLINE -40  RBRACE -40  RSQB -40
COMMA -37  NEWLINE 5  RSQB -37  ___lines_plus_0 7  _any_line 129  _lines 60
COMMA -37  NEWLINE 5  RSQB -37  ___lines_plus_0 7  _any_line 130  _lines 60
COMMA 131  RSQB 132
COMMA -37  NEWLINE 5  RSQB -37  ___lines_plus_0 7  _any_line 133  _lines 60
COMMA -62  MINUS 123  PLUS 124  RSQB -62
COMMA -41  RSQB -41
$END -84  COMMA -84  MINUS -84  NEWLINE -84  PLUS -84  RBRACE -84  SLASH -84  STAR -84
LPAR 21  MINUS 23  NUMBER 25  REFERENCE 26  _amount 29  number 31  operand{_same_line} 32  quantity 34  reference 35  signed{_same_line} 134
LPAR 21  MINUS 23  NUMBER 25  REFERENCE 26  _amount 29  number 31  operand{_same_line} 32  quantity 34  reference 35  signed{_same_line} 135
LPAR 21  MINUS 23  NUMBER 25  REFERENCE 26  _amount 29  number 31  operand{_same_line} 32  product{_same_line} 136  quantity 34  reference 35  signed{_same_line} 37
LPAR 21  MINUS 23  NUMBER 25  REFERENCE 26  _amount 29  number 31  operand{_same_line} 32  product{_same_line} 137  quantity 34  reference 35  signed{_same_line} 37
$END -14  COMMA -14  NEWLINE -14  RBRACE -14
$END -27  COMMA -27  NEWLINE -27  RBRACE -27
LET 3  NAME 4  RBRACE 138  USE 6  block 10  item 84  let 13  setting 14  use 15
$END -25  COMMA -25  NEWLINE -25  RBRACE -25
COMMA 50  NEWLINE 5  RBRACE 139  ___lines_plus_0 7  _lines 51  _separator 140
$END -30  LET -30  NAME -30  RBRACE -30  USE -30
DOT -92  EQUAL -92
LPAR 21  MINUS 89  NUMBER 25  REFERENCE 26  _amount 90  number 31  operand{_any_line} 91  quantity 93  reference 35  signed{_any_line} 141
COMMA -85  MINUS -85  PLUS -85  RPAR -85  RSQB -85  SLASH -85  STAR -85
LPAR -37  MINUS -37  NEWLINE 5  NUMBER -37  REFERENCE -37  ___lines_plus_0 7  _any_line 142  _lines 60
LPAR -37  MINUS -37  NEWLINE 5  NUMBER -37  REFERENCE -37  ___lines_plus_0 7  _any_line 143  _lines 60
COMMA -86  MINUS -86  PLUS -86  RPAR -86  RSQB -86  SLASH -86  STAR -86
LPAR -37  MINUS -37  NEWLINE 5  NUMBER -37  REFERENCE -37  ___lines_plus_0 7  _any_line 144  _lines 60
LPAR -37  MINUS -37  NEWLINE 5  NUMBER -37  REFERENCE -37  ___lines_plus_0 7  _any_line 145  _lines 60
$END -48  COMMA -48  MINUS -48  NAME -48  NEWLINE -48  PERCENT -48  PLUS -48  RBRACE -48  RPAR -48  RSQB -48  SLASH -48  STAR -48
COMMA -67  RSQB -67
COMMA -65  RSQB -65
COMMA -63  RSQB -63
COMMA -66  RSQB -66
COMMA -64  RSQB -64
BLOCK_STRING -37  FALSE -37  LPAR -37  LSQB -37  MINUS -37  NAME -37  NEWLINE 5  NUMBER -37  REFERENCE -37  RSQB -37  STRING -37  TRUE -37  ___lines_plus_0 7  _any_line 146  _lines 60
$END -39  COMMA -39  NEWLINE -39  RBRACE -39  RSQB -39
COMMA -68  RSQB -68
$END -80  COMMA -80  MINUS -80  NEWLINE -80  PLUS -80  RBRACE -80  SLASH -80  STAR -80
$END -79  COMMA -79  MINUS -79  NEWLINE -79  PLUS -79  RBRACE -79  SLASH -79  STAR -79
$END -74  COMMA -74  MINUS -74  NEWLINE -74  PLUS -74  RBRACE -74  SLASH 70  STAR 71
$END -73  COMMA -73  MINUS -73  NEWLINE -73  PLUS -73  RBRACE -73  SLASH 70  STAR 71
$END -26  COMMA -26  NEWLINE -26  RBRACE -26
$END -24  COMMA -24  NEWLINE -24  RBRACE -24
LET 3  NAME 4  RBRACE 147  USE 6  block 10  item 84  let 13  setting 14  use 15
COMMA -82  MINUS -82  PLUS -82  RPAR -82  RSQB -82  SLASH -82  STAR -82
LPAR 21  MINUS 89  NUMBER 25  REFERENCE 26  _amount 90  number 31  operand{_any_line} 91  quantity 93  reference 35  signed{_any_line} 148
LPAR 21  MINUS 89  NUMBER 25  REFERENCE 26  _amount 90  number 31  operand{_any_line} 91  quantity 93  reference 35  signed{_any_line} 149
LPAR 21  MINUS 89  NUMBER 25  REFERENCE 26  _amount 90  number 31  operand{_any_line} 91  product{_any_line} 150  quantity 93  reference 35  signed{_any_line} 94
LPAR 21  MINUS 89  NUMBER 25  REFERENCE 26  _amount 90  number 31  operand{_any_line} 91  product{_any_line} 151  quantity 93  reference 35  signed{_any_line} 94
BLOCK_STRING 96  FALSE 97  LPAR 21  LSQB 22  MINUS 89  NAME 98  NUMBER 25  REFERENCE 26  RSQB 152  STRING 100  TRUE 101  _amount 90  number 31  operand{_any_line} 91  product{_any_line} 92  quantity 93  reference 35  sequence 103  signed{_any_line} 94  sum{_any_line} 104  value{_any_line} 153
$END -23  COMMA -23  NEWLINE -23  RBRACE -23
COMMA -77  MINUS -77  PLUS -77  RPAR -77  RSQB -77  SLASH -77  STAR -77
COMMA -76  MINUS -76  PLUS -76  RPAR -76  RSQB -76  SLASH -76  STAR -76
COMMA -71  MINUS -71  PLUS -71  RPAR -71  RSQB -71  SLASH 120  STAR 121
COMMA -70  MINUS -70  PLUS -70  RPAR -70  RSQB -70  SLASH 120  STAR 121
$END -38  COMMA -38  NEWLINE -38  RBRACE -38  RSQB -38
COMMA -42  RSQB -42
"""
