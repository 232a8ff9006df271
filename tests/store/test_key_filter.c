/* The filter over earlier keys: it never says no of a key that was added, and seldom yes of another. */
#include "tests/store/store_world.h"

#include "gateway/store/key_filter.h"

static struct digest numbered(int n)
{
    struct str part = {(const char *)&n, sizeof n};
    return crypto_digest(&part, 1);
}

static void what_was_added_is_held_and_little_else(void **state)
{
    struct key_filter filter = {NULL};
    int held = 0;
    (void)state;
    assert_true(key_filter_clear(&filter));
    for (int n = 0; n < KEY_FILTER_MOST; n++) {
        struct digest key = numbered(n);
        key_filter_add(&filter, &key);
    }
    for (int n = 0; n < 2 * KEY_FILTER_MOST; n++) {
        struct digest key = numbered(n);
        bool holds = key_filter_may_hold(&filter, &key);
        assert_true(holds || n >= KEY_FILTER_MOST);
        held += holds && n >= KEY_FILTER_MOST;
    }
    assert_in_range(held, 1, KEY_FILTER_MOST / 300);
    assert_true(key_filter_clear(&filter));
    struct digest first = numbered(0);
    assert_false(key_filter_may_hold(&filter, &first));
    key_filter_free(&filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_added_is_held_and_little_else)};
    return cmocka_run_group_tests_name("the filter of keys", tests, NULL, NULL);
}
