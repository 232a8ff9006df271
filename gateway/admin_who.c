/* Who asks the admin API, and whether they may. */
#include "gateway/admin.h"

#include "gateway/base/phone.h"
#include "gateway/store/store_office.h"
#include "gateway/store/store_office.h"

struct str admin_bearer(const struct http_request *request)
{
    struct str value = http_header(&request->headers, "Authorization"), scheme = {NULL, 0};
    if (value.p == NULL || !str_split(&value, ' ', &scheme) || !str_eq_nocase(scheme, STR("Bearer")))
        return (struct str){NULL, 0};
    value = str_trim(value);
    return value.n > 0 ? value : (struct str){NULL, 0};
}

struct http_response admin_unknown(const struct admin_call *c, bool wrong)
{
    struct http_response answer =
        admin_fault(c, 401, wrong ? "nobody of the staff has this token" : "a token is needed");
    admin_put_header(c, &answer, STR("WWW-Authenticate"),
                     wrong ? STR("Bearer realm=\"yavar\", error=\"invalid_token\"")
                           : STR("Bearer realm=\"yavar\""));
    return answer;
}

static bool by_token(struct admin_call *c)
{
    struct str token = admin_bearer(c->request);
    struct digest hash = crypto_digest(&token, 1);
    int64_t phone = token.p != NULL ? token_find(c->store, &hash) : 0;
    return phone > 0 && actor_get(c->store, c->arena, phone, DOOR_API, &c->actor);
}

static bool by_phone(struct admin_call *c, struct str as)
{
    int64_t number;
    struct phone phone = phone_parse(as, c->config->service.country.p);
    return phone_reachable(&phone) && str_to_i64(str_of(phone.digits), &number) &&
           actor_get(c->store, c->arena, number, DOOR_CLI, &c->actor);
}

bool admin_identify(struct admin_call *c, struct http_response *answer)
{
    struct str as = http_header(&c->request->headers, AS_HEADER);
    if (c->door == DOOR_API) {
        if (by_token(c))
            return true;
        *answer = admin_unknown(c, admin_bearer(c->request).p != NULL);
        return false;
    }
    c->actor = actor_operator(DOOR_CLI);
    if (as.p == NULL || by_phone(c, as))
        return true;
    *answer = admin_fault(c, 403, "nobody of the staff has the phone that this is asked for");
    return false;
}

bool admin_authorise(struct admin_call *c, enum role role, struct http_response *answer)
{
    if (!admin_identify(c, answer))
        return false;
    if (role_may(c->actor.role, role))
        return true;
    *answer = admin_fault(c, 403, "this is not for your role");
    return false;
}

bool admin_unconfined(const struct admin_call *c, struct http_response *answer)
{
    if (actor_unconfined(&c->actor))
        return true;
    *answer = admin_fault(c, 403, "this concerns the whole service, and you are of a part of it");
    return false;
}
