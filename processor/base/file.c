#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"

enum { READ_SIZE = 65536 };

static enum toc_status status_of_errno(void)
{
    return errno == ENOENT || errno == ENOTDIR ? TOC_E_NOT_FOUND : TOC_E_IO;
}

enum toc_status toc_file_read(const char *path, size_t most, struct toc_text *out)
{
    size_t before = out->size;
    enum toc_status st = TOC_OK;
    struct stat about;
    FILE *file;

    if (stat(path, &about) != 0) {
        return status_of_errno();
    }
    if (!S_ISREG(about.st_mode)) { /* Opening a pipe could wait for ever. */
        errno = EINVAL;
        return TOC_E_IO;
    }
    file = fopen(path, "rb");
    if (file == NULL) {
        return status_of_errno();
    }
    while (st == TOC_OK && feof(file) == 0) {
        char bytes[READ_SIZE];
        size_t size = fread(bytes, 1, sizeof bytes, file);

        toc_text_add(out, (struct toc_str){.data = bytes, .size = size});
        if (ferror(file) != 0) {
            st = TOC_E_IO;
        } else if (out->size - before > most) {
            st = TOC_E_LIMIT;
        }
    }
    (void)fclose(file);
    if (st != TOC_OK) {
        out->size = before;
        out->data[before] = '\0';
    }
    return st;
}

static bool is_wanted(const char *name, struct toc_str suffix)
{
    size_t size = strlen(name);

    return name[0] != '.' && size >= suffix.size &&
           memcmp(name + size - suffix.size, suffix.data, suffix.size) == 0;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum toc_status toc_file_list(const char *directory, const char *suffix, struct toc_arena *arena,
                              const char *const **out_paths, size_t *out_count)
{
    DIR *dir = opendir(directory);
    const char **found, **paths;
    enum toc_status st = TOC_OK;
    size_t count = 0;

    if (dir == NULL) {
        return status_of_errno();
    }
    found = toc_mem_array(TOC_FILE_LIST_MOST, sizeof *found);
    for (;;) {
        const struct dirent *entry;
        struct toc_text path = {0};

        errno = 0;
        entry = readdir(dir);
        if (entry == NULL) {
            st = errno == 0 ? TOC_OK : TOC_E_IO;
            break;
        }
        if (!is_wanted(entry->d_name, toc_str_of(suffix))) {
            continue;
        }
        if (count == TOC_FILE_LIST_MOST) {
            st = TOC_E_LIMIT;
            break;
        }
        toc_text_addf(&path, "%s/%s", directory, entry->d_name);
        found[count++] = toc_arena_str(arena, toc_text_str(&path)).data;
        toc_text_finish(&path);
    }
    (void)closedir(dir);
    if (st == TOC_OK) {
        paths = toc_arena_array(arena, count, sizeof *paths);
        if (count > 0) {
            memcpy(paths, found, count * sizeof *paths);
            qsort(paths, count, sizeof *paths, compare_paths);
        }
        *out_paths = paths;
        *out_count = count;
    }
    toc_mem_free(found);
    return st;
}
