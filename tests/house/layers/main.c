/* Nothing of its own: linked with one layer whole and those below it, it shows what is missing. */
int main(void)
{
    return 0;
}
