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
    '|(?P<BOUND>[<>]=?)'
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
setting 2 setting 0 1
bound 2 bound 0 1
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
path_setting 2 path_setting 0 1
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
$END -21  BLOCK_STRING 41  BOUND 42  COMMA -21  EQUAL 43  LBRACE 44  NAME 45  NEWLINE -21  RBRACE -21  STRING 46  body 47  bound 48  label 49
$END -92  BLOCK_STRING -92  COMMA -92  FALSE -92  LET -92  LPAR -92  LSQB -92  MINUS -92  NAME -92  NEWLINE -92  NUMBER -92  PLUS -92  RBRACE -92  REFERENCE -92  RPAR -92  RSQB -92  SLASH -92  STAR -92  STRING -92  TRUE -92  USE -92
STRING 50
$END -36  BLOCK_STRING -36  COMMA -36  FALSE -36  LET -36  LPAR -36  LSQB -36  MINUS -36  NAME -36  NEWLINE 51  NUMBER -36  PLUS -36  RBRACE -36  REFERENCE -36  RPAR -36  RSQB -36  SLASH -36  STAR -36  STRING -36  TRUE -36  USE -36
$END -5  COMMA 52  NEWLINE 5  ___lines_plus_0 7  _lines 53  _separator 54
$END -3  LET 3  NAME 4  USE 6  _items 55  block 10  item 12  let 13  setting 14  use 15
$END -10  COMMA -10  NEWLINE -10  RBRACE -10

$END -7  COMMA -7  NEWLINE -7  RBRACE -7
$END -11  COMMA -11  NEWLINE -11  RBRACE -11
$END -9  COMMA -9  NEWLINE -9  RBRACE -9
$END -12  COMMA -12  NEWLINE -12  RBRACE -12
BOUND -56  DOT 56  EQUAL -56  __path_star_1 57
BOUND 42  EQUAL 58  bound 59

$END -37  COMMA -37  NEWLINE -37  RBRACE -37  _same_line 60
$END -37  COMMA -37  NEWLINE -37  RBRACE -37  _same_line 61
LPAR -39  MINUS -39  NEWLINE 5  NUMBER -39  REFERENCE -39  ___lines_plus_0 7  _any_line 62  _lines 63
BLOCK_STRING -39  FALSE -39  LPAR -39  LSQB -39  MINUS -39  NAME -39  NEWLINE 5  NUMBER -39  REFERENCE -39  RSQB -39  STRING -39  TRUE -39  ___lines_plus_0 7  _any_line 64  _lines 63
LPAR -37  MINUS -37  NUMBER -37  REFERENCE -37  _same_line 65
$END -37  COMMA -37  NEWLINE -37  RBRACE -37  _same_line 66
$END -51  COMMA -51  MINUS -51  NAME -51  NEWLINE -51  PERCENT -51  PLUS -51  RBRACE -51  RPAR -51  RSQB -51  SLASH -51  STAR -51
$END -52  COMMA -52  MINUS -52  NAME -52  NEWLINE -52  PERCENT -52  PLUS -52  RBRACE -52  RPAR -52  RSQB -52  SLASH -52  STAR -52
$END -37  COMMA -37  NEWLINE -37  RBRACE -37  _same_line 67
$END -37  COMMA -37  NEWLINE -37  RBRACE -37  _same_line 68
$END -37  COMMA -37  MINUS -37  NAME 69  NEWLINE -37  PERCENT 70  PLUS -37  RBRACE -37  SLASH -37  STAR -37  _same_line 71  unit 72

$END -48  COMMA -48  MINUS -48  NAME -48  NEWLINE -48  PERCENT -48  PLUS -48  RBRACE -48  RPAR -48  RSQB -48  SLASH -48  STAR -48
$END -86  COMMA -86  MINUS -86  NEWLINE -86  PLUS -86  RBRACE -86  SLASH -86  STAR -86
$END -75  COMMA -75  MINUS -75  NEWLINE -75  PLUS -75  RBRACE -75  SLASH 73  STAR 74
$END -37  COMMA -37  MINUS -37  NEWLINE -37  PLUS -37  RBRACE -37  SLASH -37  STAR -37  _same_line 75
$END -49  COMMA -49  MINUS -49  NAME -49  NEWLINE -49  PERCENT -49  PLUS -49  RBRACE -49  RPAR -49  RSQB -49  SLASH -49  STAR -49
$END -37  COMMA -37  NEWLINE -37  RBRACE -37  _same_line 76
$END -81  COMMA -81  MINUS -81  NEWLINE -81  PLUS -81  RBRACE -81  SLASH -81  STAR -81
$END -58  COMMA -58  MINUS 77  NEWLINE -58  PLUS 78  RBRACE -58
$END -57
EQUAL 79
$END -24  COMMA -24  LBRACE -24  NEWLINE -24  RBRACE -24
BLOCK_STRING 19  FALSE 20  LPAR 21  LSQB 22  MINUS 23  NAME 24  NUMBER 25  REFERENCE 26  STRING 27  TRUE 28  _amount 29  number 31  operand{_same_line} 32  product{_same_line} 33  quantity 34  reference 35  sequence 36  signed{_same_line} 37  sum{_same_line} 38  value{_same_line} 80
BLOCK_STRING 19  FALSE 20  LPAR 21  LSQB 22  MINUS 23  NAME 24  NUMBER 25  REFERENCE 26  STRING 27  TRUE 28  _amount 29  number 31  operand{_same_line} 32  product{_same_line} 33  quantity 34  reference 35  sequence 36  signed{_same_line} 37  sum{_same_line} 38  value{_same_line} 81
LET 3  NAME 4  NEWLINE 5  RBRACE 82  USE 6  ___lines_plus_0 7  _items 83  _lines 84  block 10  item 12  let 13  setting 14  use 15
$END -22  COMMA -22  LBRACE -22  NEWLINE -22  RBRACE -22
$END -23  COMMA -23  LBRACE -23  NEWLINE -23  RBRACE -23
$END -20  COMMA -20  NEWLINE -20  RBRACE -20
$END -14  COMMA -14  NEWLINE -14  RBRACE -14
$END -19  COMMA -19  LBRACE 44  NEWLINE -19  RBRACE -19  body 85
$END -17  COMMA -17  NEWLINE -17  RBRACE -17
$END -93  BLOCK_STRING -93  COMMA -93  FALSE -93  LET -93  LPAR -93  LSQB -93  MINUS -93  NAME -93  NEWLINE -93  NUMBER -93  PLUS -93  RBRACE -93  REFERENCE -93  RPAR -93  RSQB -93  SLASH -93  STAR -93  STRING -93  TRUE -93  USE -93
$END -35  LET -35  NAME -35  NEWLINE 5  RBRACE -35  USE -35  ___lines_plus_0 7  _lines 86
$END -31  COMMA 87  LET -31  NAME -31  RBRACE -31  USE -31
$END -4  LET 3  NAME 4  USE 6  block 10  item 88  let 13  setting 14  use 15
$END -2  COMMA 52  NEWLINE 5  ___lines_plus_0 7  _lines 53  _separator 89
NAME 90
BOUND -55  DOT 91  EQUAL -55
BLOCK_STRING 19  FALSE 20  LPAR 21  LSQB 22  MINUS 23  NAME 24  NUMBER 25  REFERENCE 26  STRING 27  TRUE 28  _amount 29  number 31  operand{_same_line} 32  product{_same_line} 33  quantity 34  reference 35  sequence 36  signed{_same_line} 37  sum{_same_line} 38  value{_same_line} 92
$END -54
$END -63  COMMA -63  NEWLINE -63  RBRACE -63
$END -61  COMMA -61  NEWLINE -61  RBRACE -61
LPAR 21  MINUS 93  NUMBER 25  REFERENCE 26  _amount 94  number 31  operand{_any_line} 95  product{_any_line} 96  quantity 97  reference 35  signed{_any_line} 98  sum{_any_line} 99
BLOCK_STRING -38  COMMA -38  FALSE -38  LPAR -38  LSQB -38  MINUS -38  NAME -38  NUMBER -38  PLUS -38  REFERENCE -38  RPAR -38  RSQB -38  SLASH -38  STAR -38  STRING -38  TRUE -38
BLOCK_STRING 100  FALSE 101  LPAR 21  LSQB 22  MINUS 93  NAME 102  NUMBER 25  REFERENCE 26  RSQB 103  STRING 104  TRUE 105  _amount 94  _elements 106  number 31  operand{_any_line} 95  product{_any_line} 96  quantity 97  reference 35  sequence 107  signed{_any_line} 98  sum{_any_line} 108  value{_any_line} 109
LPAR 21  MINUS 23  NUMBER 25  REFERENCE 26  _amount 29  number 31  operand{_same_line} 32  quantity 34  reference 35  signed{_same_line} 110
$END -59  COMMA -59  NEWLINE -59  RBRACE -59
$END -62  COMMA -62  NEWLINE -62  RBRACE -62
$END -60  COMMA -60  NEWLINE -60  RBRACE -60
$END -46  COMMA -46  MINUS -46  NEWLINE -46  PLUS -46  RBRACE -46  RPAR -46  RSQB -46  SLASH -46  STAR -46
$END -47  COMMA -47  MINUS -47  NEWLINE -47  PLUS -47  RBRACE -47  RPAR -47  RSQB -47  SLASH -47  STAR -47
$END -90  COMMA -90  MINUS -90  NEWLINE -90  PLUS -90  RBRACE -90  SLASH -90  STAR -90
$END -45  COMMA -45  MINUS -45  NEWLINE -45  PLUS -45  RBRACE -45  RPAR -45  RSQB -45  SLASH -45  STAR -45
LPAR -37  MINUS -37  NUMBER -37  REFERENCE -37  _same_line 111
LPAR -37  MINUS -37  NUMBER -37  REFERENCE -37  _same_line 112
$END -91  COMMA -91  MINUS -91  NEWLINE -91  PLUS -91  RBRACE -91  SLASH -91  STAR -91
$END -64  COMMA -64  NEWLINE -64  RBRACE -64
LPAR -37  MINUS -37  NUMBER -37  REFERENCE -37  _same_line 113
LPAR -37  MINUS -37  NUMBER -37  REFERENCE -37  _same_line 114
BLOCK_STRING 19  FALSE 20  LPAR 21  LSQB 22  MINUS 23  NAME 24  NUMBER 25  REFERENCE 26  STRING 27  TRUE 28  _amount 29  number 31  operand{_same_line} 32  product{_same_line} 33  quantity 34  reference 35  sequence 36  signed{_same_line} 37  sum{_same_line} 38  value{_same_line} 115
$END -15  COMMA -15  NEWLINE -15  RBRACE -15
$END -13  COMMA -13  NEWLINE -13  RBRACE -13
$END -30  COMMA -30  NEWLINE -30  RBRACE -30
COMMA 52  NEWLINE 5  RBRACE 116  ___lines_plus_0 7  _lines 53  _separator 117
LET 3  NAME 4  RBRACE 118  USE 6  _items 119  block 10  item 12  let 13  setting 14  use 15
$END -18  COMMA -18  NEWLINE -18  RBRACE -18
$END -34  LET -34  NAME -34  RBRACE -34  USE -34
$END -33  LET -33  NAME -33  NEWLINE 5  RBRACE -33  USE -33  ___lines_plus_0 7  _lines 120
$END -8  COMMA -8  NEWLINE -8  RBRACE -8
$END -1  LET 3  NAME 4  USE 6  block 10  item 88  let 13  setting 14  use 15
BOUND -94  DOT -94  EQUAL -94
NAME 121
$END -53
LPAR -39  MINUS -39  NEWLINE 5  NUMBER -39  REFERENCE -39  ___lines_plus_0 7  _any_line 122  _lines 63
COMMA -39  MINUS -39  NAME 69  NEWLINE 5  PERCENT 70  PLUS -39  RPAR -39  RSQB -39  SLASH -39  STAR -39  ___lines_plus_0 7  _any_line 123  _lines 63  unit 72
COMMA -84  MINUS -84  PLUS -84  RPAR -84  RSQB -84  SLASH -84  STAR -84
COMMA -72  MINUS -72  PLUS -72  RPAR -72  RSQB -72  SLASH 124  STAR 125
COMMA -39  MINUS -39  NEWLINE 5  PLUS -39  RPAR -39  RSQB -39  SLASH -39  STAR -39  ___lines_plus_0 7  _any_line 126  _lines 63
COMMA -78  MINUS -78  PLUS -78  RPAR -78  RSQB -78  SLASH -78  STAR -78
MINUS 127  PLUS 128  RPAR 129
COMMA -39  NEWLINE 5  RSQB -39  ___lines_plus_0 7  _any_line 130  _lines 63
COMMA -39  NEWLINE 5  RSQB -39  ___lines_plus_0 7  _any_line 131  _lines 63
COMMA -39  NEWLINE 5  RSQB -39  ___lines_plus_0 7  _any_line 132  _lines 63
$END -42  COMMA -42  NEWLINE -42  RBRACE -42  RSQB -42
COMMA -39  NEWLINE 5  RSQB -39  ___lines_plus_0 7  _any_line 133  _lines 63
COMMA -39  NEWLINE 5  RSQB -39  ___lines_plus_0 7  _any_line 134  _lines 63
COMMA 135  RSQB 136
COMMA -39  NEWLINE 5  RSQB -39  ___lines_plus_0 7  _any_line 137  _lines 63
COMMA -65  MINUS 127  PLUS 128  RSQB -65
COMMA -43  RSQB -43
$END -87  COMMA -87  MINUS -87  NEWLINE -87  PLUS -87  RBRACE -87  SLASH -87  STAR -87
LPAR 21  MINUS 23  NUMBER 25  REFERENCE 26  _amount 29  number 31  operand{_same_line} 32  quantity 34  reference 35  signed{_same_line} 138
LPAR 21  MINUS 23  NUMBER 25  REFERENCE 26  _amount 29  number 31  operand{_same_line} 32  quantity 34  reference 35  signed{_same_line} 139
LPAR 21  MINUS 23  NUMBER 25  REFERENCE 26  _amount 29  number 31  operand{_same_line} 32  product{_same_line} 140  quantity 34  reference 35  signed{_same_line} 37
LPAR 21  MINUS 23  NUMBER 25  REFERENCE 26  _amount 29  number 31  operand{_same_line} 32  product{_same_line} 141  quantity 34  reference 35  signed{_same_line} 37
$END -16  COMMA -16  NEWLINE -16  RBRACE -16
$END -29  COMMA -29  NEWLINE -29  RBRACE -29
LET 3  NAME 4  RBRACE 142  USE 6  block 10  item 88  let 13  setting 14  use 15
$END -27  COMMA -27  NEWLINE -27  RBRACE -27
COMMA 52  NEWLINE 5  RBRACE 143  ___lines_plus_0 7  _lines 53  _separator 144
$END -32  LET -32  NAME -32  RBRACE -32  USE -32
BOUND -95  DOT -95  EQUAL -95
LPAR 21  MINUS 93  NUMBER 25  REFERENCE 26  _amount 94  number 31  operand{_any_line} 95  quantity 97  reference 35  signed{_any_line} 145
COMMA -88  MINUS -88  PLUS -88  RPAR -88  RSQB -88  SLASH -88  STAR -88
LPAR -39  MINUS -39  NEWLINE 5  NUMBER -39  REFERENCE -39  ___lines_plus_0 7  _any_line 146  _lines 63
LPAR -39  MINUS -39  NEWLINE 5  NUMBER -39  REFERENCE -39  ___lines_plus_0 7  _any_line 147  _lines 63
COMMA -89  MINUS -89  PLUS -89  RPAR -89  RSQB -89  SLASH -89  STAR -89
LPAR -39  MINUS -39  NEWLINE 5  NUMBER -39  REFERENCE -39  ___lines_plus_0 7  _any_line 148  _lines 63
LPAR -39  MINUS -39  NEWLINE 5  NUMBER -39  REFERENCE -39  ___lines_plus_0 7  _any_line 149  _lines 63
$END -50  COMMA -50  MINUS -50  NAME -50  NEWLINE -50  PERCENT -50  PLUS -50  RBRACE -50  RPAR -50  RSQB -50  SLASH -50  STAR -50
COMMA -70  RSQB -70
COMMA -68  RSQB -68
COMMA -66  RSQB -66
COMMA -69  RSQB -69
COMMA -67  RSQB -67
BLOCK_STRING -39  FALSE -39  LPAR -39  LSQB -39  MINUS -39  NAME -39  NEWLINE 5  NUMBER -39  REFERENCE -39  RSQB -39  STRING -39  TRUE -39  ___lines_plus_0 7  _any_line 150  _lines 63
$END -41  COMMA -41  NEWLINE -41  RBRACE -41  RSQB -41
COMMA -71  RSQB -71
$END -83  COMMA -83  MINUS -83  NEWLINE -83  PLUS -83  RBRACE -83  SLASH -83  STAR -83
$END -82  COMMA -82  MINUS -82  NEWLINE -82  PLUS -82  RBRACE -82  SLASH -82  STAR -82
$END -77  COMMA -77  MINUS -77  NEWLINE -77  PLUS -77  RBRACE -77  SLASH 73  STAR 74
$END -76  COMMA -76  MINUS -76  NEWLINE -76  PLUS -76  RBRACE -76  SLASH 73  STAR 74
$END -28  COMMA -28  NEWLINE -28  RBRACE -28
$END -26  COMMA -26  NEWLINE -26  RBRACE -26
LET 3  NAME 4  RBRACE 151  USE 6  block 10  item 88  let 13  setting 14  use 15
COMMA -85  MINUS -85  PLUS -85  RPAR -85  RSQB -85  SLASH -85  STAR -85
LPAR 21  MINUS 93  NUMBER 25  REFERENCE 26  _amount 94  number 31  operand{_any_line} 95  quantity 97  reference 35  signed{_any_line} 152
LPAR 21  MINUS 93  NUMBER 25  REFERENCE 26  _amount 94  number 31  operand{_any_line} 95  quantity 97  reference 35  signed{_any_line} 153
LPAR 21  MINUS 93  NUMBER 25  REFERENCE 26  _amount 94  number 31  operand{_any_line} 95  product{_any_line} 154  quantity 97  reference 35  signed{_any_line} 98
LPAR 21  MINUS 93  NUMBER 25  REFERENCE 26  _amount 94  number 31  operand{_any_line} 95  product{_any_line} 155  quantity 97  reference 35  signed{_any_line} 98
BLOCK_STRING 100  FALSE 101  LPAR 21  LSQB 22  MINUS 93  NAME 102  NUMBER 25  REFERENCE 26  RSQB 156  STRING 104  TRUE 105  _amount 94  number 31  operand{_any_line} 95  product{_any_line} 96  quantity 97  reference 35  sequence 107  signed{_any_line} 98  sum{_any_line} 108  value{_any_line} 157
$END -25  COMMA -25  NEWLINE -25  RBRACE -25
COMMA -80  MINUS -80  PLUS -80  RPAR -80  RSQB -80  SLASH -80  STAR -80
COMMA -79  MINUS -79  PLUS -79  RPAR -79  RSQB -79  SLASH -79  STAR -79
COMMA -74  MINUS -74  PLUS -74  RPAR -74  RSQB -74  SLASH 124  STAR 125
COMMA -73  MINUS -73  PLUS -73  RPAR -73  RSQB -73  SLASH 124  STAR 125
$END -40  COMMA -40  NEWLINE -40  RBRACE -40  RSQB -40
COMMA -44  RSQB -44
"""
