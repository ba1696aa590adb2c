/* cli/help.h - what commands.def says, for people and for shells. */
#pragma once
#include <stdio.h>

#include "cli/command.h"

void toc_help_overview(FILE *out);
void toc_help_command(const struct toc_command *command, FILE *out);
void toc_help_man(FILE *out);  /* tocsin.1 */
void toc_help_bash(FILE *out); /* Completion. */
void toc_help_zsh(FILE *out);
