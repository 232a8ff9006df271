/* libsodium, and the permutation of references. */
#include "gateway/base/crypto.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>

#include "gateway/base/arena.h"
#include "gateway/base/damm.h"

static_assert(sizeof(struct reference_key) == crypto_shorthash_KEYBYTES, "the key is SipHash's");

bool crypto_start(struct error *e)
{
    if (sodium_init() < 0)
        return error_set(e, "libsodium does not start: no source of randomness");
    return true;
}

bool crypto_same(struct str a, struct str b)
{
    return a.n == b.n && sodium_memcmp(a.p, b.p, a.n) == 0;
}

void crypto_hmac_sha256_hex(struct str key, const struct str *parts, size_t count, char out[65])
{
    crypto_auth_hmacsha256_state state;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    int bad = crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p, key.n);
    for (size_t i = 0; i < count; i++)
        bad |= crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i].p, parts[i].n);
    bad |= crypto_auth_hmacsha256_final(&state, mac);
    assert(bad == 0);
    /* it cannot fail, and OUT has the room */
    (void)bad, (void)sodium_bin2hex(out, 65, mac, sizeof mac);
}

struct str crypto_base64(struct arena *arena, struct str bytes)
{
    size_t room = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *out = arena_alloc(arena, room);
    /* it cannot fail, and OUT has the room */
    (void)sodium_bin2base64(out, room, (const unsigned char *)bytes.p, bytes.n,
                            sodium_base64_VARIANT_ORIGINAL);
    return str_from(out, room - 1);
}

void crypto_random(void *out, size_t n)
{
    randombytes_buf(out, n);
}

struct digest crypto_digest(const struct str *parts, size_t count)
{
    struct digest digest;
    crypto_generichash_state state;
    int bad = crypto_generichash_init(&state, NULL, 0, sizeof digest.byte);
    for (size_t i = 0; i < count; i++) {
        uint64_t n = parts[i].n;
        bad |= crypto_generichash_update(&state, (const unsigned char *)&n, sizeof n);
        bad |= crypto_generichash_update(&state, (const unsigned char *)parts[i].p, n);
    }
    bad |= crypto_generichash_final(&state, digest.byte, sizeof digest.byte);
    assert(bad == 0); /* fails only for lengths out of range, which these are not */
    (void)bad;
    return digest;
}

/* One size of references: WIDTH digits, of which the last is the Damm digit.
 * For each of the HEADS possible beginnings there is exactly one next digit
 * that would make the Damm digit 0; the other nine are allowed. */
struct reference_size {
    uint32_t first_head, heads;
    unsigned bits; /* of each half in the Feistel network over heads * 9 numbers */
};
static const struct reference_size sizes[2] = {
    {100000, 900000, 12},   /* 8 digits: 8,100,000 <= 2^24 */
    {1000000, 9000000, 14}, /* 9 digits: 81,000,000 <= 2^28 */
};

static uint32_t round_of(const struct reference_key *key, unsigned round, const struct reference_size *size,
                         uint32_t half)
{
    unsigned char in[9] = {(unsigned char)round, (unsigned char)size->bits,  0, 0, 0,
                           (unsigned char)half,  (unsigned char)(half >> 8), 0, 0};
    unsigned char out[crypto_shorthash_BYTES];
    int bad = crypto_shorthash(out, in, sizeof in, key->byte);
    assert(bad == 0);
    (void)bad; /* SipHash cannot fail */
    return ((uint32_t)out[0] | ((uint32_t)out[1] << 8)) & ((1u << size->bits) - 1);
}

enum { ROUNDS = 6 };

static uint32_t feistel(const struct reference_key *key, const struct reference_size *size, uint32_t x,
                        bool back)
{
    uint32_t mask = (1u << size->bits) - 1, left = x >> size->bits, right = x & mask;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (back) {
            uint32_t was = right;
            right = left;
            left = was ^ round_of(key, ROUNDS - 1 - i, size, left);
        } else {
            uint32_t was = left;
            left = right;
            right = was ^ round_of(key, i, size, right);
        }
    }
    return (left << size->bits) | right;
}

/* Cycle walking: the network permutes a power of four, and a number that
 * falls outside our range walks on until it is back in. */
static uint32_t permute(const struct reference_key *key, const struct reference_size *size, uint32_t x,
                        bool back)
{
    do
        x = feistel(key, size, x, back);
    while (x >= size->heads * 9);
    return x;
}

static unsigned forbidden_digit(uint32_t head)
{
    char digits[12];
    int n = snprintf(digits, sizeof digits, "%u0", head);
    for (char d = '0'; d <= '9'; d++) {
        digits[n - 1] = d;
        if (damm_digit(str_from(digits, (size_t)n)) == 0)
            return (unsigned)(d - '0');
    }
    return 10;
}

uint32_t reference_from(const struct reference_key *key, uint32_t sequence)
{
    const struct reference_size *size = &sizes[0];
    if (sequence >= size->heads * 9) {
        sequence -= size->heads * 9;
        size = &sizes[1];
        if (sequence >= size->heads * 9)
            return 0;
    }
    uint32_t x = permute(key, size, sequence, false);
    uint32_t head = size->first_head + x / 9, digit = x % 9;
    if (digit >= forbidden_digit(head))
        digit++;
    return code_from_base(head * 10 + digit);
}

bool reference_to(const struct reference_key *key, uint32_t reference, uint32_t *sequence)
{
    char digits[12];
    int n = snprintf(digits, sizeof digits, "%u", reference);
    if (!reference_valid(str_from(digits, (size_t)n)))
        return false;
    const struct reference_size *size = &sizes[n - 8];
    uint32_t head = reference / 100, digit = reference / 10 % 10;
    uint32_t x = (head - size->first_head) * 9 + digit - (digit > forbidden_digit(head) ? 1 : 0);
    *sequence = permute(key, size, x, true) + (n == 9 ? sizes[0].heads * 9 : 0);
    return true;
}

const char *crypto_library_version(void)
{
    return sodium_version_string();
}
