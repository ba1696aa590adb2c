/* corpus.c - gives a fuzz target the files named, for compilers without libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int count, char **words)
{
    for (int i = 1; i < count; i++) {
        FILE *file = fopen(words[i], "rb");
        uint8_t *data = malloc(1 << 21);
        size_t size = file != NULL && data != NULL ? fread(data, 1, 1 << 21, file) : 0;

        if (size == 0) {
            (void)fprintf(stderr, "cannot read %s\n", words[i]);
            return 1;
        }
        (void)fclose(file);
        (void)LLVMFuzzerTestOneInput(data, size);
        free(data);
    }
    (void)printf("%d inputs read\n", count - 1);
    return count > 1 ? 0 : 1;
}
