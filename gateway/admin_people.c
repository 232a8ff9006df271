/* The admin API about people. */
#include "gateway/admin_people.h"

#include "gateway/base/fold.h"
#include "gateway/base/json.h"
#include "gateway/base/number.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf8.h"
#include "gateway/admin_office.h"
#include "gateway/import_people.h"

enum {
    ROWS_A_PIECE = 500,
    MESSAGES_A_PIECE = 5000, /* read, not written: some ten milliseconds */
    BEHIND_ONE_PHONE = 16,
    NAME_BYTES = 200,
    NATIONAL_DIGITS = 10,
};

/* As it stands in the path. */
static bool read_phone(const struct admin_call *c, struct str id, struct phone *phone, int64_t *number)
{
    struct str text = http_percent_decode(c->arena, id, false, NULL);
    *phone = phone_parse(text, c->config->service.country.p);
    return phone_reachable(phone) && str_to_i64(str_of(phone->digits), number);
}

/* ---- import ---- */

enum { COUNT_ADDED, COUNT_CHANGED };

static void *prepare_import(const struct admin_call *c, struct str id, struct http_response *answer)
{
    struct http_pairs fields = http_parse_fields(c->arena, c->request->query, NULL);
    const struct http_pair *name = http_field(&fields, STR("name"));
    struct people *people = arena_new_of(c->arena, struct people);
    (void)id; /* the phones stand in the body */
    if (!admin_unconfined(c, answer))
        return NULL;
    *people =
        import_people_read(c->config, c->arena, c->now_ms / 1000,
                           name != NULL ? str_cstr(c->arena, name->value) : "people.csv", c->request->body);
    if (people->faults.count == 0)
        return people;
    struct json *json = json_object_new();
    json_put_str(json, "error", sbuf_str(&people->faults.text));
    *answer = admin_respond(c, 422, json);
    return NULL;
}

static bool import_piece(const struct admin_call *c, const void *state, struct long_progress *progress,
                         struct http_response *answer)
{
    const struct people *people = state;
    size_t from = (size_t)progress->at, left = people->n - from;
    size_t to = from + (left < ROWS_A_PIECE ? left : ROWS_A_PIECE);
    struct import_counts counts = {progress->count[COUNT_ADDED], progress->count[COUNT_CHANGED]};
    (void)answer; /* it was all checked */
    if (from == 0)
        admin_audit(c, "people.import", STR("people"), str_printf(c->arena, "rows %zu", people->n));
    import_people_apply(c->store, c->config, c->arena, c->now_ms / 1000, people, from, to, &counts);
    progress->at = (int64_t)to;
    progress->count[COUNT_ADDED] = counts.added;
    progress->count[COUNT_CHANGED] = counts.changed;
    return to < people->n;
}

static struct http_response end_import(const struct admin_call *c, const void *state,
                                       const struct long_progress *progress)
{
    const struct people *people = state;
    struct json *json = json_object_new();
    json_put_int(json, "rows", (int64_t)people->n);
    json_put_int(json, "added", progress->count[COUNT_ADDED]);
    json_put_int(json, "changed", progress->count[COUNT_CHANGED]);
    json_put_int(json, "without_consent", (int64_t)people->without_consent);
    return admin_respond(c, 200, json);
}

static const char *cut_import(struct arena *arena, const void *state, const struct long_progress *progress)
{
    const struct people *people = state;
    return str_cstr(arena, str_printf(arena,
                                      "the store failed after %lld of %zu people, which are kept: import the "
                                      "same file again, which changes nothing twice and finishes it",
                                      (long long)progress->at, people->n));
}

const struct long_work import_people_work = {prepare_import, import_piece, end_import, cut_import};

/* ---- forget ---- */

enum {
    COUNT_PEOPLE,
    COUNT_PLEDGES,
    COUNT_SESSIONS,
    COUNT_MESSAGES,
    INBOX_AT,
    INBOX_LAST,
    OUTBOX_AT,
    OUTBOX_LAST
};

/* Texts in which others wrote the number: as digits in a row, with or without
 * the country's code, in Latin or Persian digits. */
static void *prepare_forget(const struct admin_call *c, struct str id, struct http_response *answer)
{
    struct forgetting *f = arena_new_of(c->arena, struct forgetting);
    struct phone phone;
    if (!admin_unconfined(c, answer))
        return NULL;
    if (!read_phone(c, id, &phone, &f->phone)) {
        *answer = admin_fault(c, 422, "this is no phone number");
        return NULL;
    }
    f->digits = str_dup(c->arena, str_of(phone.digits));
    size_t n = f->digits.n > NATIONAL_DIGITS ? f->digits.n - NATIONAL_DIGITS : 0;
    f->named_latin = str_printf(c->arena, "%%%s%%", f->digits.p + n);
    f->named_persian = digits_persian(c->arena, f->named_latin);
    return f;
}

static void load(struct forgetting *f, const struct long_progress *p)
{
    f->people = p->count[COUNT_PEOPLE];
    f->pledges = p->count[COUNT_PLEDGES];
    f->sessions = p->count[COUNT_SESSIONS];
    f->messages = p->count[COUNT_MESSAGES];
    f->inbox_at = p->count[INBOX_AT];
    f->inbox_last = p->count[INBOX_LAST];
    f->outbox_at = p->count[OUTBOX_AT];
    f->outbox_last = p->count[OUTBOX_LAST];
}

static void save(const struct forgetting *f, struct long_progress *p)
{
    p->count[COUNT_PEOPLE] = f->people;
    p->count[COUNT_PLEDGES] = f->pledges;
    p->count[COUNT_SESSIONS] = f->sessions;
    p->count[COUNT_MESSAGES] = f->messages;
    p->count[INBOX_AT] = f->inbox_at;
    p->count[INBOX_LAST] = f->inbox_last;
    p->count[OUTBOX_AT] = f->outbox_at;
    p->count[OUTBOX_LAST] = f->outbox_last;
}

/* The person at once, then the messages; progress->at counts the pieces. */
static bool forget_piece(const struct admin_call *c, const void *state, struct long_progress *progress,
                         struct http_response *answer)
{
    struct forgetting f = *(const struct forgetting *)state;
    bool first = progress->at++ == 0, more = true;
    (void)answer; /* there is nobody who cannot be forgotten */
    load(&f, progress);
    if (first) {
        admin_audit(c, "person.forget", f.digits, STR("")); /* forgotten there at once */
        forget_person(c->store, &f);
    } else {
        more = forget_messages(c->store, &f, c->now_ms, MESSAGES_A_PIECE);
    }
    save(&f, progress);
    return more;
}

static struct http_response end_forget(const struct admin_call *c, const void *state,
                                       const struct long_progress *p)
{
    struct json *json = json_object_new();
    (void)state; /* the phone is not told again */
    json_put_int(json, "people", p->count[COUNT_PEOPLE]);
    json_put_int(json, "pledges", p->count[COUNT_PLEDGES]);
    json_put_int(json, "sessions", p->count[COUNT_SESSIONS]);
    json_put_int(json, "messages", p->count[COUNT_MESSAGES]);
    return admin_respond(c, 200, json);
}

static const char *cut_forget(struct arena *arena, const void *state, const struct long_progress *progress)
{
    (void)arena, (void)state, (void)progress; /* it is the same wherever it stopped */
    return "the store failed before all was forgotten: give the same command again";
}

const struct long_work forget_work = {prepare_forget, forget_piece, end_forget, cut_forget};

/* ---- verify ---- */

/* The one who is meant: by ID, else the only clinician behind the phone. */
static const char *pick(const struct lexicon *lexicon, struct volunteer *rows, size_t n, int64_t id,
                        struct volunteer **found)
{
    size_t clinicians = 0;
    for (size_t i = 0; i < n; i++) {
        bool clinical = lexicon_clinical(lexicon, rows[i].specialty) && !str_is(rows[i].status, "left");
        if (id == 0 ? clinical : rows[i].id == id)
            *found = &rows[i];
        clinicians += clinical;
    }
    if (n == 0)
        return "nobody is known behind this phone";
    if (*found == NULL)
        return id != 0 ? "nobody behind this phone has this id" : "no clinician stands behind this phone";
    if (!lexicon_clinical(lexicon, (*found)->specialty))
        return "this specialty needs no verification";
    return id == 0 && clinicians > 1 ? "several clinicians stand behind this phone: say which by its id"
                                     : NULL;
}

struct http_response post_verify(const struct admin_call *c, struct str id, const struct json *body)
{
    struct volunteer *rows = arena_array(c->arena, struct volunteer, BEHIND_ONE_PHONE), *found = NULL;
    struct phone phone;
    int64_t number;
    struct str by = str_trim(json_str(body, "by"));
    if (!read_phone(c, id, &phone, &number))
        return admin_fault(c, 422, "this is no phone number");
    if (by.n == 0 || by.n > NAME_BYTES || !utf8_valid(by))
        return admin_fault(c, 422, "who verified is missing: a name of at most 200 bytes");
    size_t n = volunteer_page_of(c->store, c->arena, &c->actor, number, rows, BEHIND_ONE_PHONE);
    const char *why = pick(c->config->texts->lexicon, rows, n, json_int(body, "id", 0), &found);
    if (why != NULL)
        return admin_fault(c, n == 0 ? 404 : 409, why);
    found->verified_by = by;
    found->verified_at = c->now_ms / 1000;
    volunteer_put(c->store, found, found->verified_at);
    admin_audit(c, "volunteer.verify", str_printf(c->arena, "%lld", (long long)found->id), found->specialty);
    struct json *json = json_object_new();
    json_put_int(json, "id", found->id);
    json_put_str(json, "name", found->name);
    json_put_str(json, "specialty", found->specialty);
    return admin_respond(c, 200, json);
}
