/* From text to command: the shared corpus, and a table of our own by the
 * design's section 5.  What holds for any text is in test_any_text.c. */
#include "unit.h"

#include <jansson.h>

static json_t *explained(const struct words *words, struct arena *arena, struct str text)
{
    struct command c = words_understand(words, arena, text);
    struct json *json = command_to_json(&c, words->texts->lexicon, false);
    struct str line = json_write(json, arena);
    json_t *got = json_loadb(line.p, line.n, 0, NULL);
    json_free(json);
    assert_non_null(got);
    return got;
}

static char *printed(const json_t *json)
{
    char *line = json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER);
    assert_non_null(line);
    return line;
}

/* vocabulary.md: every key of WANT has that value, and no problem is printed
 * that it does not name. */
static void corpus(void **state, const char *file, size_t least)
{
    struct arena *arena = arena_new(1 << 18);
    struct tally t = tally_new();
    struct str rest = read_data(arena, file), line;
    while (str_split(&rest, '\n', &line)) {
        json_t *row = line.n > 0 ? json_loadb(line.p, line.n, JSON_ALLOW_NUL, NULL) : NULL, *value;
        const char *key;
        if (row == NULL) {
            assert_int_equal(line.n, 0);
            continue;
        }
        const json_t *text = json_object_get(row, "text");
        json_t *want = json_object_get(row, "want");
        json_t *got = explained(*state, arena, str_from(json_string_value(text), json_string_length(text)));
        bool same = json_object_get(want, "problem") != NULL || json_object_get(got, "problem") == NULL;
        json_object_foreach(want, key, value) same = same && json_equal(json_object_get(got, key), value);
        char *shown = printed(got);
        tally_check(&t, same, "%.*s gave %s", STR_ARG(line), shown);
        free(shown);
        json_decref(got);
        json_decref(row);
    }
    assert_true((size_t)t.done >= least);
    arena_free(arena);
    tally_end(&t);
}

static void corpus_rows_hold(void **state)
{
    corpus(state, "tests/data/understand.jsonl", 71);
}

/* Rows that someone else derived from the contract alone. */
static void reads_the_further_corpus(void **state)
{
    corpus(state, "tests/data/understand-more.jsonl", 1500);
}

/* ---- our own table ---- */

/* "COMMAND CERTAINTY key=value …": everything that is printed must be there.
 * In place of the certainty `!problem`: then other keys may be printed too.
 * A value's "~" stands for a blank; the command `-` for any. */
struct row {
    const char *text, *want;
};

static const char *const numbers[] = {"amount_rial", "quantity"};

static bool value_is(const json_t *got, struct str key, struct str want)
{
    char name[32], value[200];
    assert_true(key.n < sizeof name && want.n < sizeof value);
    memcpy(name, key.p, key.n);
    name[key.n] = '\0';
    for (size_t i = 0; i < want.n; i++)
        value[i] = want.p[i];
    for (size_t i = 0; i < want.n; i++)
        value[i] = value[i] == '~' ? ' ' : value[i];
    value[want.n] = '\0';
    const json_t *is = json_object_get(got, name);
    for (size_t i = 0; i < 2; i++)
        if (strcmp(name, numbers[i]) == 0)
            return json_is_integer(is) && json_integer_value(is) == strtoll(value, NULL, 10);
    return json_is_string(is) && strcmp(json_string_value(is), value) == 0;
}

static bool holds(const json_t *got, const char *want)
{
    struct str rest = str_of(want), part, key;
    size_t keys = 1;
    bool same = str_split(&rest, ' ', &part);
    bool problem = false;
    same = same && (str_is(part, "-") || value_is(got, STR("command"), part));
    while (same && rest.p != NULL && str_split(&rest, ' ', &part)) {
        if (part.p[0] == '!') {
            problem = true;
            same = value_is(got, STR("problem"), str_after(part, 1)) &&
                   json_object_get(got, "certainty") == NULL;
        } else if (keys == 1 && !problem) {
            same = value_is(got, STR("certainty"), part);
        } else {
            struct str value = part;
            same = str_split(&value, '=', &key) && value_is(got, key, value);
        }
        keys++;
    }
    return same && (problem || keys == json_object_size(got));
}

static void check_rows(const struct words *words, const struct row *rows, size_t n)
{
    struct arena *arena = arena_new(1 << 18);
    struct tally t = tally_new();
    for (size_t i = 0; i < n; i++) {
        json_t *got = explained(words, arena, str_of(rows[i].text));
        char *shown = printed(got);
        tally_check(&t, holds(got, rows[i].want), "\"%s\" gave %s, want %s", rows[i].text, shown,
                    rows[i].want);
        free(shown);
        json_decref(got);
    }
    arena_free(arena);
    tally_end(&t);
}

#define P5 "pledge exact need=1007 amount_rial=5000000"
#define G5 "pledge guessed need=1007 amount_rial=5000000"

static const struct row pledges[] = {
    {"نذر 1007 500 هزار تومان", P5},
    {"تعهد 1007 500000", P5},
    {"کمک 1007 500000", P5},
    {"كمك 1007 500000", P5},
    {"اهدا 1007 500000", P5},
    {"انفاق 1007 500000", P5},
    {"PLEDGE 1007 500000", P5},
    {"give 1007 500,000 toman", P5},
    {"komak 1007 500 hezar toman", P5},
    {"taahod 1007 500000", P5},
    {"nazr 1007 pansad hezar toman", P5},
    {"pledge 1007 five hundred thousand toman", P5},
    {"pledge 1007 half a million", P5},
    {"نذر 1007 پانصدهزارتومان", P5},
    {"نذر 1007 ۵۰۰هزارتومان", P5},
    {"نذر1007 500000", P5},
    {"pledge1007 500000", P5},
    {"نَذر 1007 500000", P5},
    {"نـــذر 1007 500000", P5},
    {"\u200fنذر 1007 500000\u200f", P5},
    {"\u202bنذر ۱۰۰۷ ۵۰۰٬۰۰۰\u202c", P5},
    {"ｐｌｅｄｇｅ １００７ ５０００００", P5},
    {"نذر\n1007\n500000", P5},
    {"نذر، 1007، 500000.", P5},
    {"نذر 1007 500000 🙏", P5},
    {"🙏 نذر 1007 500000", P5},
    {"نذر 1007 500000 با تشکر از شما", P5},
    {"نذر 500 هزار تومان 1007", P5},
    {"نذر 500000 تومان برای 1007", P5},
    {"نذر به کد 1007 مبلغ 500 هزار تومان", P5},
    {"لطفا نذر 1007 500000", P5},
    {"کد نذر 1007 500000", P5},
    {"please pledge 500000 for code 1007", P5},
    /* what parts two numbers */
    {"نذر 1007:500000", P5},
    {"نذر 1007*500000", P5},
    {"نذر*1007*500000#", P5},
    {"نذر 1007#500000", P5},
    {"نذر 1007-500000", P5},
    {"نذر 1007 - 500000", P5},
    {"نذر 1007,500000", P5},
    {"نذر 1007،500000", P5},
    {"نذر 1007/500000", P5},
    {"نذر-1007-500000", P5},
    {"نذر:1007:500000", P5},
    {"نذر 1007 500,000", P5},
    /* amounts */
    {"نذر 1007 ۱.۲۰۰.۰۰۰ ریال", "pledge exact need=1007 amount_rial=1200000"},
    {"نذر 1007 1٬000 هزار", "pledge exact need=1007 amount_rial=10000000"},
    {"pledge 1007 a million toman", "pledge exact need=1007 amount_rial=10000000"},
    {"نذر 1007 500 تومن", "pledge exact need=1007 amount_rial=5000"},
    {"نذر 1007 5 ریال", "pledge exact need=1007 amount_rial=5"},
    {"نذر 1007 1/500", "pledge exact need=1007 amount_rial=15000"},
    {"نذر 1007 1.500 میلیون", "pledge guessed need=1007 amount_rial=15000000"},
    {"نذر 1007 ۱٫۵۰۰ میلیون تومان", "pledge guessed need=1007 amount_rial=15000000"},
    {"نذر 1007 1/500 میلیون", "pledge guessed need=1007 amount_rial=15000000"},
    {"نذر 1007 یک و نیم میلیون", "pledge exact need=1007 amount_rial=15000000"},
    {"nazr 1007 do milion o pansad hezar toman", "pledge exact need=1007 amount_rial=25000000"},
    {"نذر 1007 2 عدد", "pledge exact need=1007 quantity=2 unit=item"},
    {"pledge 1007 2 items", "pledge exact need=1007 quantity=2 unit=item"},
    {"nazr 1007 2 adad", "pledge exact need=1007 quantity=2 unit=item"},
    {"نذر 1007 دو روز", "pledge exact need=1007 quantity=2 unit=day"},
    {"pledge 1007 3 days", "pledge exact need=1007 quantity=3 unit=day"},
    {"نذر ۱۰۰۷ ۲تا", "pledge exact need=1007 quantity=2 unit=item"},
    {"pledge 1007 500k monthly", P5 " recurrence=monthly"},
    {"تعهد ماهانه 1007 500000", P5 " recurrence=monthly"},
    {"نذر 1007 هر ماه 500 هزار تومان", P5 " recurrence=monthly"},
    /* campaigns */
    {"نذرسلامت 200 هزار تومان", "pledge exact campaign=سلامت amount_rial=2000000"},
    {"pledge health 500000", "pledge exact campaign=health amount_rial=5000000"},
    {"نذر برای سلامت 500000", "pledge exact campaign=سلامت amount_rial=5000000"},
    {"نذر 500 هزار تومان سلامت", "pledge exact campaign=سلامت amount_rial=5000000"},
    {"نذر ماهانه سلامت 500000", "pledge exact campaign=سلامت amount_rial=5000000 recurrence=monthly"},
    {"نذر سلامت 1008", "pledge exact campaign=سلامت amount_rial=10080"},
    {"نذر سلامت", "pledge !no_amount campaign=سلامت"},
    /* guessed */
    {"1007 500000", G5},
    {"1007*500000", G5},
    {"500 هزار تومان 1007", G5},
    {"برای 1007 500000", G5},
    {"code 1007 500000", G5},
    {"کد 1007 500 هزار تومان", G5},
    {"سلام نذر 1007 500000", G5},
    {"نذر خوب 1007 500000", G5},
    {"نذر 1007 خوب 500000", G5},
    {"نذرسلامت 1007 500000", G5},
    {"نزر 1007 500000", G5},
    {"pledeg 1007 500000", G5},
    {"plege 1007 500000", G5},
    {"plledge 1007 500000", G5},
    {"نذر 1008 1007", "pledge guessed need=1007 amount_rial=10080"},
    {"نذر 1010 1007", "pledge guessed need=1010 amount_rial=10070"},
    /* problems */
    {"نذر", "pledge !no_code"},
    {"نذر 500 هزار تومان", "pledge !no_code"},
    {"نذر 100700 500000", "pledge !no_code"},
    {"نذر 0107 500000", "pledge !no_code"},
    {"نذر 1008", "pledge !bad_code"},
    {"نذر 1008 -5", "pledge !bad_code"},
    {"نذر 1008 500000 700000", "pledge !bad_code"},
    {"نذر 1008 سلامت 500000", "pledge !bad_code"},
    {"نذر1007", "pledge !no_amount need=1007"},
    {"نذر 1007 سلامت", "pledge !no_amount need=1007"},
    {"نذر 1007 1.5", "pledge !bad_amount need=1007"},
    {"نذر 1007 ۱/۵ تومان", "pledge !bad_amount need=1007"},
    {"نذر 1007 صفر تومان", "pledge !bad_amount need=1007"},
    {"نذر 1007 -500 هزار", "pledge !bad_amount need=1007"},
    {"نذر 1007 \u2212500000", "pledge !bad_amount need=1007"},
    {"نذر 1007 9000000 همت", "pledge !bad_amount need=1007"},
    {"نذر 1007 9223372036854775807", "pledge !bad_amount need=1007"},
    {"نذر 1007 0 عدد", "pledge !bad_amount need=1007"},
    {"نذر 1007 1.5 عدد", "pledge !bad_amount need=1007"},
    {"نذر 1007 دو میلیون سه میلیون", "pledge !two_amounts need=1007"},
    {"نذر 1007 1007 500000", "pledge !two_amounts need=1007"},
};

static void pledges_are_read(void **state)
{
    check_rows(*state, pledges, sizeof pledges / sizeof pledges[0]);
}

static const struct row donors[] = {
    {"نیاز 1007", "need exact need=1007"},
    {"نیاز1007", "need exact need=1007"},
    {"need1007", "need exact need=1007"},
    {"نياز ١٠٠٧", "need exact need=1007"},
    {"نیاز 1007؟", "need exact need=1007"},
    {"need code 1007", "need exact need=1007"},
    {"NEED", "need exact"},
    {"نیاز دارو زنجان", "need exact province=zanjan category=drug"},
    {"نیاز استان زنجان", "need exact province=zanjan"},
    {"نیاز سیستان", "need exact province=sistan_baluchestan"},
    {"نیاز کهگیلویه", "need exact province=kohgiluyeh_boyerahmad"},
    {"نیاز چهارمحال و بختیاری", "need exact province=chaharmahal_bakhtiari"},
    {"نیاز خراسان رضوی", "need exact province=razavi_khorasan"},
    {"need south khorasan", "need exact province=south_khorasan"},
    {"نیاز خراسان", "need !ambiguous"},
    {"need khorasan", "need !ambiguous"},
    {"نیاز آذربایجان", "need !ambiguous"},
    {"نیاز 1008", "need !bad_code"},
    {"نیاز 10070", "need !no_code"},
    {"1007", "need guessed need=1007"},
    {"۱۰۰۷", "need guessed need=1007"},
    {"کد 1007", "need guessed need=1007"},
    {"*1007#", "need guessed need=1007"},
    {"nead 1007", "need guessed need=1007"},
    {"نیاس زنجان", "need guessed province=zanjan"},
    {"تعهدات من", "mine exact"},
    {"mine, please", "mine exact"},
    {"taahodat", "mine exact"},
    {"انصراف", "cancel exact"},
    {"CANCEL 48291761", "cancel exact reference=48291761"},
    {"enseraf 48291761", "cancel exact reference=48291761"},
    {"لغو 48291761", "cancel exact reference=48291761"},
    {"لغو48291761", "cancel exact reference=48291761"},
    {"STOP 48291761", "cancel exact reference=48291761"},
    {"لغو 48291762", "cancel !bad_reference"},
    {"stop 482917610", "cancel !bad_reference"},
    {"انصراف 48291760", "cancel !bad_reference"},
    {"paid 48291761 120045", "paid exact reference=48291761 trace=120045"},
    {"pardakht 48291761", "paid exact reference=48291761"},
    {"پرداخت", "paid exact"},
    {"پرداخت 120045", "paid exact trace=120045"},
    {"پرداخت 48291716 120045", "paid !bad_reference"},
    {"حساب", "account exact"},
    {"ACCOUNT", "account exact"},
    {"hesab 48291761", "account exact reference=48291761"},
    {"رسید 48291761", "receipt exact reference=48291761"},
    {"receipt 48291761", "receipt exact reference=48291761"},
    {"resid 48291761", "receipt exact reference=48291761"},
    {"پیگیری", "receipt !no_reference"},
    {"رسید 48291716", "receipt !bad_reference"},
    {"پیگری 48291761", "receipt guessed reference=48291761"},
    {"پلاک 48291761 خانواده رضایی", "plaque exact reference=48291761 text=خانواده~رضایی"},
    {"plaque 48291761 Ali Reza", "plaque exact reference=48291761 text=Ali~Reza"},
    {"pelak 48291761 Ali", "plaque exact reference=48291761 text=Ali"},
    {"پلاک", "plaque !no_reference"},
    {"پلاک 48291761\u200f", "plaque exact reference=48291761"},
    {"پلاک 48291761 .", "plaque exact reference=48291761"},
    {"درخواست ویلچر برای مادرم", "ask exact text=ویلچر~برای~مادرم"},
    {"ASK a wheelchair for Zahra", "ask exact text=a~wheelchair~for~Zahra"},
    {"نیاز دارم", "ask guessed text=نیاز~دارم"},
    {"نیازدارم", "ask guessed text=نیازدارم"},
    {"کمک", "ask guessed text=کمک"},
    {"need help", "ask guessed text=need~help"},
};

static void donors_commands_are_read(void **state)
{
    check_rows(*state, donors, sizeof donors / sizeof donors[0]);
}

static const struct row people[] = {
    {"davtalab pezeshk zanjan", "volunteer exact specialty=physician province=zanjan"},
    {"VOLUNTEER", "volunteer exact"},
    {"داوطلب خراسان", "volunteer !ambiguous"},
    {"داوطلب گروه جهادی شهید رجایی زنجان", "volunteer exact text=جهادی~شهید~رجایی~زنجان"},
    {"VOLUNTEER TEAM Helping Hands", "volunteer exact text=Helping~Hands"},
    {"volunteer group yaran", "volunteer exact text=yaran"},
    {"davtalab goruh: yaran 2", "volunteer exact text=yaran~2"},
    {"volunteer group", "volunteer exact"},
    {"داوطلب 48291761", "volunteer exact reference=48291761"},
    {"volunteer team 48291761", "volunteer exact reference=48291761"},
    {"داوطلب ۴۸۲۹۱۷۶۱ پزشک زنجان", "volunteer exact reference=48291761 province=zanjan specialty=physician"},
    {"داوطلب 48291762", "volunteer !bad_reference"},
    {"داوطلب 4829176 پزشک", "volunteer !bad_reference"},
    {"volunteer group 1007", "volunteer !bad_reference"},
    {"volunteer nurse 25", "volunteer exact specialty=nurse"},
    {"لغوداوطلب", "leave exact"},
    {"لغو\u200cداوطلب", "leave exact"},
    {"STOP VOLUNTEER", "leave exact"},
    {"LEAVE", "leave exact"},
    {"laghv davtalab", "leave exact"},
    {"yes", "yes exact"},
    {"bale", "yes exact"},
    {"YES!", "yes exact"},
    {"no 52839177", "no exact reference=52839177"},
    {"بله 52839177 6 نفر", "yes exact reference=52839177 quantity=6"},
    {"بله 52839177 3 روز", "yes exact reference=52839177 quantity=0"},
    {"بله 52839177 6 هزار تومان", "yes exact reference=52839177 quantity=0"},
    {"بله 52839177 -6 نفر", "yes exact reference=52839177 quantity=0"},
    {"yes 52839177 99999999999999999999", "yes exact reference=52839177 quantity=0"},
    {"na", "no exact"},
    {"نه", "no exact"},
    {"بله 52839178", "yes !bad_reference"},
    {"لغو 11", "stop exact"},
    {"لغو همه پیام‌ها", "stop exact"},
    {"لغو 1234567", "stop exact"},
    {"stop it please", "stop exact"},
    {"OFF", "stop exact"},
    {"خاموش", "stop exact"},
    {"laghv", "stop exact"},
    {"۱۱", "stop exact"},
    {"12", "start exact"},
    {"۱۲", "start exact"},
    {"START", "start exact"},
    {"shoru", "start exact"},
    {"LANG EN", "language exact language=en"},
    {"lang fa", "language exact language=fa"},
    {"زبان فارسی", "language exact language=fa"},
    {"زبان انگلیسی", "language exact language=en"},
    {"zaban farsi", "language exact language=fa"},
    {"HELP", "help exact"},
    {"rahnama", "help exact"},
    {"?", "help exact"},
    {" ؟ ", "help exact"},
    {"helpp", "help guessed"},
    {"رایگان 25 دیروز", "report exact quantity=25 day=yesterday"},
    {"رایگان دیروز 25", "report exact quantity=25 day=yesterday"},
    {"رایگان 0", "report exact quantity=0"},
    {"رایگان بیست و پنج", "report exact quantity=25"},
    {"رایگان 25 1404/05/12", "report exact quantity=25 day=2025-08-03"},
    {"FREE 25 yesterday", "report exact quantity=25 day=yesterday"},
    {"raygan 25 emrooz", "report exact quantity=25 day=today"},
    {"رایگان", "report !no_quantity"},
    {"رایگان -5", "report !bad_amount"},
    {"تحویل 48291761", "arrived exact reference=48291761"},
    {"ARRIVED 48291761", "arrived exact reference=48291761"},
    {"tahvil 48291761", "arrived exact reference=48291761"},
    {"تحویل", "arrived !no_reference"},
    {"تحویل 48291716", "arrived !bad_reference"},
    {"ظرفیت MRI 10", "capacity exact quantity=10 text=MRI"},
    {"capacity MRI 10", "capacity exact quantity=10 text=MRI"},
    {"zarfiat 10 MRI", "capacity exact quantity=10 text=MRI"},
    {"ظرفیت MRI", "capacity !no_quantity"},
    {"عضو 09120001122 پزشک زنجان", "enlist exact phone=989120001122 specialty=physician province=zanjan"},
    {"عضو ۰۹۱۲ ۰۰۰ ۱۱۲۲ پزشک زنجان", "enlist exact phone=989120001122 specialty=physician province=zanjan"},
    {"enlist +98 912 000 1122 nurse fars", "enlist exact phone=989120001122 specialty=nurse province=fars"},
    {"عضو 0912-000-1122 پرستار فارس", "enlist exact phone=989120001122 specialty=nurse province=fars"},
    {"ozv 9120001122", "enlist exact phone=989120001122"},
    {"تایید 48291761", "confirm exact reference=48291761"},
    {"تأیید 48291761", "confirm exact reference=48291761"},
    {"تایید 48291761 500 هزار تومان", "confirm exact reference=48291761 amount_rial=5000000"},
    {"CONFIRM 48291761 500000", "confirm exact reference=48291761 amount_rial=5000000"},
    {"taeed 48291761", "confirm exact reference=48291761"},
    {"تایید", "confirm !no_reference"},
    {"تایید 48291716", "confirm !bad_reference"},
    {"کد 482135", "code exact"},
    {"code 482135", "code exact"},
    {"کد۴۸۲۱۳۵", "code exact"},
    {"kod 482135", "code exact"},
    {"پخش زنجان: جلسه فردا", "broadcast exact text=جلسه~فردا"},
    {"پخش پرستار فارس: ساعت: 10", "broadcast exact text=ساعت:~10"},
    {"BROADCAST nurses zanjan: please come", "broadcast exact text=please~come"},
    {"آمار", "stats exact"},
    {"STATS", "stats exact"},
    {"amar", "stats exact"},
    {"آمارر", "stats guessed"},
};

static void peoples_commands_are_read(void **state)
{
    check_rows(*state, people, sizeof people / sizeof people[0]);
}

/* What reaches no command: yes, no, confirm and broadcast are never guessed. */
static const struct row nothing[] = {
    {"", "unknown"},
    {"   ", "unknown"},
    {"سلام", "unknown"},
    {"\u200f\u200f", "unknown"},
    {"!!!", "unknown"},
    {"1008", "unknown"},
    {"12345678", "unknown"},
    {"48291761", "unknown"},
    {"10070", "unknown"},
    {"0107", "unknown"},
    {"1", "unknown"},
    {"500 هزار تومان", "unknown"},
    {"yess", "unknown"},
    {"yse", "unknown"},
    {"بلهه", "unknown"},
    {"خیرر", "unknown"},
    {"nno", "unknown"},
    {"تاید 48291761", "unknown"},
    {"confrm 48291761", "unknown"},
    {"confirmm 48291761 500000", "unknown"},
    {"brodcast all: hello", "unknown"},
    {"پخشش زنجان: سلام", "unknown"},
    {"نزدیک خانه ما", "unknown"},
    {"برای خانه ما", "unknown"},
    {"pedge", "pledge !no_code"},
};

static void nothing_is_made_up(void **state)
{
    check_rows(*state, nothing, sizeof nothing / sizeof nothing[0]);
}

/* A number that is read in part would be a pledge of another amount: what it
 * becomes is left open, but never this amount, and exact. */
static const struct {
    const char *text;
    int64_t not_rial;
} halves[] = {
    {"نذر 1007 .5 میلیون", 50000000},    {"نذر 1007 ٫۵ میلیون تومان", 50000000},
    {"نذر 1007 /5 میلیون", 50000000},    {"نذر 1007 یک میلیون نیم", 10000000},
    {"نذر 1007 2 میلیون ربع", 20000000}, {"pledge 1007 .5m", 50000000},
};

/* What may mean another amount, another reference or the opposite is never exact. */
static const struct row doubtful[] = {
    /* a code and a thousand toman, or 1,007,000 to a campaign */
    {"نذر 1007 هزار تومان سلامت", "pledge guessed campaign=سلامت amount_rial=10070000"},
    {"نذر برای 1007 هزار تومان سلامت", "pledge guessed campaign=سلامت amount_rial=10070000"},
    {"نذر سلامت 1007 هزار تومان", "pledge exact campaign=سلامت amount_rial=10070000"},
    {"نذرسلامت 1007 هزار تومان", "pledge exact campaign=سلامت amount_rial=10070000"},
    {"نذر 1008 هزار تومان سلامت", "pledge exact campaign=سلامت amount_rial=10080000"},
    {"نذر سلامت", "pledge !no_amount campaign=سلامت"},
    {"نذر سلامت 500 هزار تومان", "pledge exact campaign=سلامت amount_rial=5000000"},
    /* parted words of a number */
    {"نذر 1007 5000000 ری‌ال", P5},
    {"نذر 1007 5 میلی‌ون ریال", P5},
    {"نذر 1007 پان صد هزار تومان", P5},
    {"نذر 1007 پانصد هز ار تو مان", P5},
    {"نذر 1007 500000 به 5", "pledge !two_amounts need=1007"},
    /* one slip from a scale or a unit */
    {"نذر 1007 5000000 Rls", P5},
    {"نذر 1007 5000000 riyals", P5},
    {"نذر 1007 5000000 ریل", "pledge guessed need=1007 amount_rial=50000000"},
    {"نذر 1007 5000000 rail", "pledge guessed need=1007 amount_rial=50000000"},
    {"نذر 1007 پنج میلیون ریل", "pledge guessed need=1007 amount_rial=50000000"},
    {"نذر 1007 500000 تومان ریل", P5},
    {"نذر 1007 500000 برای ریل", P5},
    {"pledge 1007 500000 tome", P5},
    {"نذر 1007 200 هزا", "pledge guessed need=1007 amount_rial=2000"},
    {"نذر 1007 500000 خدا خیرتان دهد", P5},
    {"نذر 1007 500000 ان", P5},
    {"نذر 1007 500000 abcdefghijklmnopqrstuvwxyz", P5},
    /* a number behind a scale that is no part of it */
    {"نذر 1007 500 هزار یک بار", "pledge !two_amounts need=1007"},
    {"pledge 1007 500 thousand one time", "pledge !two_amounts need=1007"},
    {"نذر 1007 پانصد هزار سه روز", "pledge !two_amounts need=1007"},
    {"نذر 1007 پانصد هزار دو عدد", "pledge !two_amounts need=1007"},
    {"نذر 1007 پانصد هزار و دو عدد", "pledge exact need=1007 quantity=500002 unit=item"},
    {"نذر 1007 دو هزار پانصد عدد", "pledge exact need=1007 quantity=2500 unit=item"},
    {"نذر 1007 پنج هزار نود تومان", "pledge exact need=1007 amount_rial=50900"},
    {"نذر 1007 پنج هزار نود", "pledge exact need=1007 amount_rial=50900"},
    {"نذر 1007 دو هزار پانصد", "pledge exact need=1007 amount_rial=25000"},
    {"pledge 1007 two thousand ten", "pledge exact need=1007 amount_rial=20100"},
    {"نذر 1007 2 میلیون پانصد هزار", "pledge exact need=1007 amount_rial=25000000"},
    {"نذر 1007 2 میلیون و پانصد", "pledge guessed need=1007 amount_rial=20005000"},
    {"نذر 1007 دو میلیون و پانصد", "pledge guessed need=1007 amount_rial=20005000"},
    {"نذر 1007 دو هزار و پانصد", "pledge exact need=1007 amount_rial=25000"},
    {"نذر 1007 دو میلیون و هزار و پانصد", "pledge exact need=1007 amount_rial=20015000"},
    /* who confirms money is never guessed at */
    {"تایید 48291761 52839177", "confirm !bad_reference reference=48291761"},
    {"تایید 48291761 1.500 میلیون", "confirm !bad_amount reference=48291761"},
    {"تایید 48291761 500 هزاز تومان", "confirm !bad_amount reference=48291761"},
    {"تایید 48291761 یک میلیون نیم", "confirm !bad_amount reference=48291761"},
    {"تایید 48291761 500 هزار", "confirm exact reference=48291761 amount_rial=5000000"},
    {"تایید 48291761", "confirm exact reference=48291761"},
    /* a reference that cannot be read is not passed over */
    {"انصراف 48,291,716", "cancel !bad_reference"},
    {"انصراف 48291716", "cancel !bad_reference"},
    {"انصراف یک", "cancel exact"},
    {"بله 52,839,177", "yes !bad_reference"},
    {"بله 5283 9177", "yes !bad_reference"},
    {"بله 5283917", "yes !bad_reference"},
    {"بله 3", "yes exact"},
    {"بله سه میلیون", "yes exact"},
    {"بله 52839177 3", "yes exact reference=52839177 quantity=3"},
    /* "not" */
    {"انصراف نمی‌دهم", "cancel guessed"},
    {"پرداخت 48291761 نشد", "paid guessed reference=48291761"},
    {"نذر 1007 500000 نمی‌کنم", G5},
    {"volunteer not me", "volunteer guessed"},
    {"انصراف از دریافت پیامک", "stop exact"},
    {"دیگه پیام ندید", "stop exact"},
    {"توقف داوطلب", "leave exact"},
    {"نیاز به دارو داریم", "ask guessed text=نیاز~به~دارو~داریم"},
};

static void what_is_doubtful_is_asked_back(void **state)
{
    check_rows(*state, doubtful, sizeof doubtful / sizeof doubtful[0]);
}

static void no_part_of_an_amount_is_dropped(void **state)
{
    const struct words *words = *state;
    struct arena *arena = arena_new(1 << 16);
    struct tally t = tally_new();
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
        struct command c = words_understand(words, arena, str_of(halves[i].text));
        bool exact = !c.guessed && c.problem == PROBLEM_NONE;
        tally_check(&t, !(exact && c.amount_rial == halves[i].not_rial), "\"%s\" is exactly %lld rial",
                    halves[i].text, (long long)c.amount_rial);
    }
    arena_free(arena);
    tally_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpus_rows_hold),
        cmocka_unit_test(reads_the_further_corpus),
        cmocka_unit_test(pledges_are_read),
        cmocka_unit_test(donors_commands_are_read),
        cmocka_unit_test(peoples_commands_are_read),
        cmocka_unit_test(nothing_is_made_up),
        cmocka_unit_test(what_is_doubtful_is_asked_back),
        cmocka_unit_test(no_part_of_an_amount_is_dropped),
    };
    return cmocka_run_group_tests_name("understand", tests, words_open, words_close);
}
