/* Texts: from a folder, or as built into the program. */
#include "gateway/conf/texts.h"

#include <unistd.h>

#include "gateway/base/arena.h"
#include "gateway/conf/ini.h"

enum { TEXT_BYTES_MOST = 1 << 20 };

/* Made by embedded.S from config/. */
extern const char embedded_fa[], embedded_fa_end[];
extern const char embedded_en[], embedded_en_end[];
extern const char embedded_keywords[], embedded_keywords_end[];
extern const char embedded_provinces[], embedded_provinces_end[];
extern const char embedded_specialties[], embedded_specialties_end[];
extern const char embedded_needs[], embedded_needs_end[];
#define USSD(name) extern const char embedded_ussd_##name[], embedded_ussd_##name##_end[];
#include "gateway/conf/ussd.def"
#undef USSD

const char *const texts_ussd[] = {
#define USSD(name) #name,
#include "gateway/conf/ussd.def"
#undef USSD
    NULL};

struct str texts_builtin(const char *name)
{
    const struct {
        const char *name, *from, *to;
    } files[] = {
        {"messages/fa.ini", embedded_fa, embedded_fa_end},
        {"messages/en.ini", embedded_en, embedded_en_end},
        {"keywords.ini", embedded_keywords, embedded_keywords_end},
        {"provinces.ini", embedded_provinces, embedded_provinces_end},
        {"specialties.ini", embedded_specialties, embedded_specialties_end},
        {"samples/needs.csv", embedded_needs, embedded_needs_end},
#define USSD(name) {"ussd/" #name ".ini", embedded_ussd_##name, embedded_ussd_##name##_end},
#include "gateway/conf/ussd.def"
#undef USSD
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (strcmp(files[i].name, name) == 0)
            return str_from(files[i].from, (size_t)(files[i].to - files[i].from));
    return (struct str){NULL, 0};
}

struct source {
    struct arena *arena;
    struct str folder;
    struct faults *faults;
};

/* A file that the folder lacks is taken as built in, so that a province may
 * bring its own keywords and nothing else. */
static struct str read_text(const struct source *source, const char *name, const char **file)
{
    struct str text;
    struct error e;
    *file = str_cstr(source->arena, str_printf(source->arena, "config/%s", name));
    if (source->folder.n == 0)
        return texts_builtin(name);
    const char *path =
        str_cstr(source->arena, str_printf(source->arena, "%.*s/%s", STR_ARG(source->folder), name));
    if (access(path, F_OK) != 0)
        return texts_builtin(name);
    *file = path;
    if (ini_read_file(source->arena, path, TEXT_BYTES_MOST, &text, &e))
        return text;
    faults_add(source->faults, path, 0, "%s", e.text);
    return STR("");
}

struct str texts_file(struct arena *arena, struct str folder, const char *name, const char **file,
                      struct faults *faults)
{
    struct source source = {arena, folder, faults};
    return read_text(&source, name, file);
}

static struct ini read_ini(const struct source *source, const char *name)
{
    const char *file;
    struct str text = read_text(source, name, &file);
    return ini_parse(source->arena, file, text, true, source->faults);
}

const struct texts *texts_load(struct arena *arena, struct str folder, const char *const *commands,
                               size_t command_count, const struct message_spec *const *messages,
                               size_t message_list_count, struct faults *faults)
{
    struct texts *texts = arena_new_of(arena, struct texts);
    struct source source = {arena, folder, faults};
    if (folder.n > 0 && access(str_cstr(arena, folder), R_OK | X_OK) != 0)
        faults_add(faults, str_cstr(arena, folder), 0, "the folder of texts cannot be read");
    for (int i = 0; i < LANGUAGES; i++) {
        const char *file, *name = i == LANGUAGE_FA ? "messages/fa.ini" : "messages/en.ini";
        struct str text = read_text(&source, name, &file);
        texts->catalogue[i] =
            catalogue_parse(arena, (enum language)i, file, text, messages, message_list_count, faults);
    }
    struct ini keywords = read_ini(&source, "keywords.ini"), provinces = read_ini(&source, "provinces.ini"),
               specialties = read_ini(&source, "specialties.ini");
    struct lexicon_files files = {&keywords, &provinces, &specialties};
    texts->lexicon = lexicon_build(arena, &files, commands, command_count, faults);
    return texts;
}
