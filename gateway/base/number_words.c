/* Words that mean something in a number, and words run together.  Why by hand
 * is said in number.c. */
#include "gateway/base/number.h"

struct row {
    const char *word;
    struct number_word means;
};

#define BELOW(word, n)                             \
    {                                              \
        word,                                      \
        {                                          \
            WORD_DIGITS_BELOW_100, n, false, false \
        }                                          \
    }
#define HUNDREDS(word, n)                  \
    {                                      \
        word,                              \
        {                                  \
            WORD_HUNDREDS, n, false, false \
        }                                  \
    }
#define SCALE(word, n)                  \
    {                                   \
        word,                           \
        {                               \
            WORD_SCALE, n, false, false \
        }                               \
    }
#define SHORT_SCALE(word, n)           \
    {                                  \
        word,                          \
        {                              \
            WORD_SCALE, n, true, false \
        }                              \
    }
#define OTHER(word, kind, n)      \
    {                             \
        word,                     \
        {                         \
            kind, n, false, false \
        }                         \
    }
#define SHORT_UNIT(word, kind)   \
    {                            \
        word,                    \
        {                        \
            kind, 0, true, false \
        }                        \
    }

#define THOUSAND 1000LL
#define MILLION 1000000LL
#define MILLIARD 1000000000LL
#define TRILLION 1000000000000LL

/* Folded spellings (fold.h: آ is ا, ZWNJ is a blank). */
static const struct row rows[] = {
    {"صفر", {WORD_ZERO, 0, false, false}},
    {"zero", {WORD_ZERO, 0, false, false}},
    {"sefr", {WORD_ZERO, 0, false, false}},
    BELOW("یک", 1),
    BELOW("یه", 1),
    BELOW("دو", 2),
    BELOW("سه", 3),
    BELOW("چهار", 4),
    BELOW("چار", 4),
    BELOW("پنج", 5),
    BELOW("پنچ", 5),
    BELOW("شش", 6),
    BELOW("شیش", 6),
    BELOW("هفت", 7),
    BELOW("هشت", 8),
    BELOW("نه", 9),
    BELOW("ده", 10),
    BELOW("یازده", 11),
    BELOW("دوازده", 12),
    BELOW("سیزده", 13),
    BELOW("چهارده", 14),
    BELOW("چارده", 14),
    BELOW("پانزده", 15),
    BELOW("پونزده", 15),
    BELOW("شانزده", 16),
    BELOW("شونزده", 16),
    BELOW("هفده", 17),
    BELOW("هیفده", 17),
    BELOW("هجده", 18),
    BELOW("هیجده", 18),
    BELOW("هژده", 18),
    BELOW("نوزده", 19),
    BELOW("بیست", 20),
    BELOW("بیس", 20),
    BELOW("سی", 30),
    BELOW("چهل", 40),
    BELOW("چل", 40),
    BELOW("پنجاه", 50),
    BELOW("شصت", 60),
    BELOW("شست", 60),
    BELOW("هفتاد", 70),
    BELOW("هشتاد", 80),
    BELOW("نود", 90),
    HUNDREDS("صد", 100),
    HUNDREDS("یکصد", 100),
    HUNDREDS("یک صد", 100),
    HUNDREDS("دویست", 200),
    HUNDREDS("دویس", 200),
    HUNDREDS("سیصد", 300),
    HUNDREDS("چهارصد", 400),
    HUNDREDS("چارصد", 400),
    HUNDREDS("پانصد", 500),
    HUNDREDS("پونصد", 500),
    HUNDREDS("پنجصد", 500),
    HUNDREDS("ششصد", 600),
    HUNDREDS("شیشصد", 600),
    HUNDREDS("شصصد", 600),
    HUNDREDS("هفتصد", 700),
    HUNDREDS("هفصد", 700),
    HUNDREDS("هشتصد", 800),
    HUNDREDS("هشصد", 800),
    HUNDREDS("نهصد", 900),
    SCALE("هزار", THOUSAND),
    SCALE("هزارتا", THOUSAND),
    SCALE("میلیون", MILLION),
    SCALE("ملیون", MILLION),
    SCALE("میلیونی", MILLION),
    SCALE("ملیونی", MILLION),
    SCALE("هزاری", THOUSAND),
    SCALE("میلون", MILLION),
    SCALE("میلیارد", MILLIARD),
    SCALE("ملیارد", MILLIARD),
    SCALE("بیلیون", MILLIARD),
    SCALE("تریلیون", TRILLION),
    SCALE("تیلیارد", TRILLION),
    {"همت", {WORD_SCALE, TRILLION, false, true}},
    SHORT_SCALE("ه", THOUSAND),
    SHORT_SCALE("م", MILLION),
    SHORT_SCALE("k", THOUSAND),
    SHORT_SCALE("m", MILLION),
    SHORT_SCALE("mil", MILLION),
    SHORT_SCALE("mln", MILLION),
    SHORT_SCALE("b", MILLIARD),
    SHORT_SCALE("bn", MILLIARD),
    OTHER("نیم", WORD_HALF, 50),
    OTHER("ربع", WORD_HALF, 25),
    OTHER("half", WORD_HALF, 50),
    OTHER("nim", WORD_HALF, 50),
    OTHER("quarter", WORD_HALF, 25),
    OTHER("و", WORD_AND, 0),
    OTHER("and", WORD_AND, 0),
    OTHER("o", WORD_AND, 0),
    OTHER("va", WORD_AND, 0),
    OTHER("a", WORD_ARTICLE, 1),
    OTHER("an", WORD_ARTICLE, 1),
    OTHER("تومان", WORD_TOMAN, 0),
    OTHER("تومن", WORD_TOMAN, 0),
    OTHER("تومنی", WORD_TOMAN, 0),
    OTHER("تومانی", WORD_TOMAN, 0),
    OTHER("تمن", WORD_TOMAN, 0),
    OTHER("تمان", WORD_TOMAN, 0),
    OTHER("طومان", WORD_TOMAN, 0),
    OTHER("toman", WORD_TOMAN, 0),
    OTHER("tomans", WORD_TOMAN, 0),
    OTHER("tuman", WORD_TOMAN, 0),
    OTHER("toomaan", WORD_TOMAN, 0),
    OTHER("tooman", WORD_TOMAN, 0),
    OTHER("tomen", WORD_TOMAN, 0),
    OTHER("tomn", WORD_TOMAN, 0),
    OTHER("irt", WORD_TOMAN, 0),
    SHORT_UNIT("ت", WORD_TOMAN),
    SHORT_UNIT("t", WORD_TOMAN),
    SHORT_UNIT("tm", WORD_TOMAN),
    OTHER("ریال", WORD_RIAL, 0),
    OTHER("ریالی", WORD_RIAL, 0),
    OTHER("rial", WORD_RIAL, 0),
    OTHER("rials", WORD_RIAL, 0),
    OTHER("riyal", WORD_RIAL, 0),
    OTHER("reyal", WORD_RIAL, 0),
    OTHER("irr", WORD_RIAL, 0),
    SHORT_UNIT("ر", WORD_RIAL),
    SHORT_UNIT("r", WORD_RIAL),
    OTHER("دلار", WORD_FOREIGN, 0),
    OTHER("یورو", WORD_FOREIGN, 0),
    OTHER("درهم", WORD_FOREIGN, 0),
    OTHER("دینار", WORD_FOREIGN, 0),
    OTHER("پوند", WORD_FOREIGN, 0),
    OTHER("لیر", WORD_FOREIGN, 0),
    OTHER("یوان", WORD_FOREIGN, 0),
    OTHER("dollar", WORD_FOREIGN, 0),
    OTHER("dollars", WORD_FOREIGN, 0),
    OTHER("usd", WORD_FOREIGN, 0),
    OTHER("euro", WORD_FOREIGN, 0),
    OTHER("euros", WORD_FOREIGN, 0),
    OTHER("eur", WORD_FOREIGN, 0),
    OTHER("dirham", WORD_FOREIGN, 0),
    OTHER("aed", WORD_FOREIGN, 0),
    OTHER("dinar", WORD_FOREIGN, 0),
    OTHER("pound", WORD_FOREIGN, 0),
    OTHER("pounds", WORD_FOREIGN, 0),
    OTHER("gbp", WORD_FOREIGN, 0),
    OTHER("lira", WORD_FOREIGN, 0),
    OTHER("$", WORD_FOREIGN, 0),
    OTHER("€", WORD_FOREIGN, 0),
    OTHER("£", WORD_FOREIGN, 0),
    OTHER("¥", WORD_FOREIGN, 0),
    OTHER("₺", WORD_FOREIGN, 0),
    BELOW("chardah", 14),
    BELOW("poonzdah", 15),
    BELOW("pounzdah", 15),
    BELOW("shoonzdah", 16),
    BELOW("hivdah", 17),
    BELOW("hifdah", 17),
    BELOW("hijdah", 18),
    BELOW("hizhdah", 18),
    BELOW("hejdeh", 18),
    BELOW("noozdah", 19),
    BELOW("nozdah", 19),
    BELOW("beest", 20),
    BELOW("chel", 40),
    BELOW("chehar", 4),
    HUNDREDS("poonsad", 500),
    HUNDREDS("pounsad", 500),
    HUNDREDS("panjsad", 500),
    HUNDREDS("divist", 200),
    HUNDREDS("davist", 200),
    HUNDREDS("deviste", 200),
    HUNDREDS("doyst", 200),
    HUNDREDS("siisad", 300),
    HUNDREDS("seesad", 300),
    HUNDREDS("sissad", 300),
    HUNDREDS("hafsad", 700),
    HUNDREDS("hashsad", 800),
    SCALE("milyoon", MILLION),
    SCALE("melyoon", MILLION),
    SCALE("miliyon", MILLION),
    SCALE("melion", MILLION),
    SCALE("milliun", MILLION),
    SCALE("milioon", MILLION),
    SCALE("millioon", MILLION),
    SCALE("meliard", MILLIARD),
    SCALE("milliyard", MILLIARD),
    SCALE("trilion", TRILLION),
    SCALE("tirilion", TRILLION),
    SCALE("teriliun", TRILLION),
    SCALE("hzar", THOUSAND),
    SCALE("thousend", THOUSAND),
    SCALE("میلیاد", MILLIARD),
    SCALE("milliards", MILLIARD),
    SCALE("billions", MILLIARD),
    {"hemat", {WORD_SCALE, TRILLION, false, true}},
    OTHER("ryal", WORD_RIAL, 0),
    OTHER("ryals", WORD_RIAL, 0),
    OTHER("ریالات", WORD_RIAL, 0),
    OTHER("نصف", WORD_HALF, 50),
    OTHER("nesf", WORD_HALF, 50),
    OTHER("منفی", WORD_MINUS, 0),
    OTHER("minus", WORD_MINUS, 0),
    OTHER("negative", WORD_MINUS, 0),
    OTHER("manfi", WORD_MINUS, 0),
    BELOW("one", 1),
    BELOW("two", 2),
    BELOW("three", 3),
    BELOW("four", 4),
    BELOW("five", 5),
    BELOW("six", 6),
    BELOW("seven", 7),
    BELOW("eight", 8),
    BELOW("nine", 9),
    BELOW("ten", 10),
    BELOW("eleven", 11),
    BELOW("twelve", 12),
    BELOW("thirteen", 13),
    BELOW("fourteen", 14),
    BELOW("fifteen", 15),
    BELOW("sixteen", 16),
    BELOW("seventeen", 17),
    BELOW("eighteen", 18),
    BELOW("nineteen", 19),
    BELOW("twenty", 20),
    BELOW("thirty", 30),
    BELOW("forty", 40),
    BELOW("fourty", 40),
    BELOW("fifty", 50),
    BELOW("sixty", 60),
    BELOW("seventy", 70),
    BELOW("eighty", 80),
    BELOW("ninety", 90),
    OTHER("hundred", WORD_HUNDRED, 100),
    SCALE("thousand", THOUSAND),
    SCALE("million", MILLION),
    SCALE("milion", MILLION),
    SCALE("millions", MILLION),
    SCALE("thousands", THOUSAND),
    SCALE("billion", MILLIARD),
    SCALE("milliard", MILLIARD),
    SCALE("trillion", TRILLION),
    SCALE("hezar", THOUSAND),
    SCALE("hezaar", THOUSAND),
    SCALE("melyun", MILLION),
    SCALE("melyon", MILLION),
    SCALE("meliun", MILLION),
    SCALE("milyun", MILLION),
    SCALE("milyon", MILLION),
    SCALE("miliun", MILLION),
    SCALE("miliard", MILLIARD),
    SCALE("milyard", MILLIARD),
    SCALE("melyard", MILLIARD),
    {"hemmat", {WORD_SCALE, TRILLION, false, true}},
    BELOW("yek", 1),
    BELOW("ye", 1),
    BELOW("do", 2),
    BELOW("se", 3),
    BELOW("chahar", 4),
    BELOW("char", 4),
    BELOW("panj", 5),
    BELOW("shesh", 6),
    BELOW("shish", 6),
    BELOW("haft", 7),
    BELOW("hasht", 8),
    BELOW("noh", 9),
    BELOW("dah", 10),
    BELOW("yazdah", 11),
    BELOW("davazdah", 12),
    BELOW("sizdah", 13),
    BELOW("chahardah", 14),
    BELOW("panzdah", 15),
    BELOW("punzdah", 15),
    BELOW("shanzdah", 16),
    BELOW("shunzdah", 16),
    BELOW("hefdah", 17),
    BELOW("hejdah", 18),
    BELOW("nuzdah", 19),
    BELOW("bist", 20),
    BELOW("si", 30),
    BELOW("chehel", 40),
    BELOW("panjah", 50),
    BELOW("shast", 60),
    BELOW("haftad", 70),
    BELOW("hashtad", 80),
    BELOW("navad", 90),
    HUNDREDS("sad", 100),
    HUNDREDS("yeksad", 100),
    HUNDREDS("devist", 200),
    HUNDREDS("sisad", 300),
    HUNDREDS("chaharsad", 400),
    HUNDREDS("charsad", 400),
    HUNDREDS("pansad", 500),
    HUNDREDS("punsad", 500),
    HUNDREDS("ponsad", 500),
    HUNDREDS("sheshsad", 600),
    HUNDREDS("shishsad", 600),
    HUNDREDS("haftsad", 700),
    HUNDREDS("hashtsad", 800),
    HUNDREDS("nohsad", 900),
};
enum { ROWS = sizeof rows / sizeof rows[0], LONGEST_WORD = 18 };

/* A scan over constant rows, told apart by two bytes, costs a fraction of a
 * microsecond; an index would have to be built at start and handed around. */
const struct number_word *number_word_find(struct str word)
{
    if (word.n == 0 || word.n > LONGEST_WORD)
        return NULL;
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].word[0] == word.p[0] && (word.n == 1 || rows[i].word[1] == word.p[1]) &&
            strncmp(rows[i].word, word.p, word.n) == 0 && rows[i].word[word.n] == '\0')
            return &rows[i].means;
    return NULL;
}

static bool may_be_glued(struct str part)
{
    const struct number_word *w = number_word_find(part);
    if (w == NULL)
        return false;
    bool latin = (unsigned char)part.p[0] < 0x80;
    return !w->only_after_digits && w->kind != WORD_ARTICLE && !(w->kind == WORD_AND && latin);
}

enum { LONGEST_GLUED = 160 };

/* Longest part first, going back when the rest does not work out.  DEAD marks
 * the places from which nothing worked, so that each is tried once. */
static size_t split_from(struct str word, struct str *parts, size_t used, size_t most, bool *dead)
{
    if (word.n == 0)
        return used;
    if (used == most || dead[word.n])
        return 0;
    for (size_t n = word.n < LONGEST_WORD ? word.n : LONGEST_WORD; n > 0; n--) {
        struct str part = str_from(word.p, n);
        if (!may_be_glued(part))
            continue;
        parts[used] = part;
        size_t got = split_from(str_after(word, n), parts, used + 1, most, dead);
        if (got > 0)
            return got;
    }
    dead[word.n] = true;
    return 0;
}

size_t number_word_split(struct str word, struct str *parts, size_t most)
{
    bool dead[LONGEST_GLUED + 1] = {false};
    if (word.n > LONGEST_GLUED)
        return 0;
    size_t n = split_from(word, parts, 0, most, dead);
    if (n < 2)
        return 0;
    /* `دوم` and `سیب` are words: at least one part must be a scale, a hundred, a
     * unit, or an "and" (وپنج, یکو, بیستوپنج). */
    for (size_t i = 0; i < n; i++) {
        enum number_word_kind kind = number_word_find(parts[i])->kind;
        if (kind == WORD_SCALE || kind == WORD_HUNDREDS || kind == WORD_TOMAN || kind == WORD_RIAL ||
            kind == WORD_HUNDRED || kind == WORD_AND)
            return n;
    }
    return 0;
}
