/* completion: what a shell needs to complete the command line, made from the very table that reads it. */
#include "app/commands.h"
#include "app/session.h"

#include <stdio.h>
#include <string.h>

/* Words separated by blanks. */
static void put_commands(void) {
    const char *name;
    enum command c;
    for (size_t i = 0; (name = options_command(i, &c)) != NULL; i++) printf("%s%s", i ? " " : "", name);
}

static void put_options(enum command c) {
    const char *name;
    bool value;
    for (size_t i = 0; (name = options_name(c, i, &value)) != NULL; i++) printf("%s--%s", i ? " " : "", name);
}

/* One branch a command in the syntax of `format`, which has the command's name in it. */
static void put_branches(const char *begin, const char *middle, const char *end) {
    const char *name;
    enum command c;
    for (size_t i = 0; (name = options_command(i, &c)) != NULL; i++) {
        printf("%s%s%s", begin, name, middle);
        put_options(c);
        fputs(end, stdout);
    }
}

static void put_bash(void) {
    fputs("# bash completion of sweepwatch\n"
          "_sweepwatch() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} command=watch options commands\n"
          "    commands='",
          stdout);
    put_commands();
    fputs("'\n"
          "    [[ \" $commands \" == *\" ${COMP_WORDS[1]} \"* && $COMP_CWORD -gt 1 ]] && command=${COMP_WORDS[1]}\n"
          "    case $command in\n",
          stdout);
    put_branches("    ", ") options='", "' ;;\n");
    fputs("    esac\n"
          "    if [[ $cur == -* ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
          "    elif [[ $COMP_CWORD -eq 1 ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$cur\"; compgen -d -- \"$cur\")\n"
          "    else\n"
          "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
          "    fi\n"
          "}\n"
          "complete -o filenames -F _sweepwatch sweepwatch\n",
          stdout);
}

static void put_zsh(void) {
    fputs("#compdef sweepwatch\n"
          "_sweepwatch() {\n"
          "    local command=watch\n"
          "    local -a commands options\n"
          "    commands=(",
          stdout);
    put_commands();
    fputs(")\n"
          "    (( CURRENT > 2 && ${commands[(Ie)$words[2]]} )) && command=$words[2]\n"
          "    case $command in\n",
          stdout);
    put_branches("    ", ") options=(", ") ;;\n");
    fputs("    esac\n"
          "    if [[ $PREFIX == -* ]]; then\n"
          "        compadd -- $options\n"
          "    else\n"
          "        (( CURRENT == 2 )) && compadd -- $commands\n"
          "        _files\n"
          "    fi\n"
          "}\n"
          "_sweepwatch \"$@\"\n",
          stdout);
}

static void put_fish(void) {
    const char *name, *option;
    enum command c;
    bool value;
    fputs("# fish completion of sweepwatch\n", stdout);
    for (size_t i = 0; (name = options_command(i, &c)) != NULL; i++) {
        printf("complete -c sweepwatch -n __fish_use_subcommand -a %s\n", name);
        for (size_t k = 0; (option = options_name(c, k, &value)) != NULL; k++) {
            printf("complete -c sweepwatch -n '__fish_seen_subcommand_from %s' -l %s%s\n", name, option,
                   value ? " -r" : "");
        }
    }
}

static void put_powershell(void) {
    fputs("# PowerShell completion of sweepwatch: put this into $PROFILE\n"
          "Register-ArgumentCompleter -Native -CommandName sweepwatch -ScriptBlock {\n"
          "    param($word, $line, $position)\n"
          "    $commands = '",
          stdout);
    put_commands();
    fputs("' -split ' '\n"
          "    $options = @{\n",
          stdout);
    put_branches("        '", "' = '", "'\n");
    fputs("    }\n"
          "    $words = @($line.CommandElements | ForEach-Object { \"$_\" })\n"
          "    $command = if ($words.Count -gt 1 -and $options.ContainsKey($words[1])) { $words[1] } else { 'watch' }\n"
          "    $choices = if ($word.StartsWith('-')) { $options[$command] -split ' ' } else { $commands }\n"
          "    $choices | Where-Object { $_.StartsWith($word) } | ForEach-Object {\n"
          "        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)\n"
          "    }\n"
          "}\n",
          stdout);
}

int command_completion(const struct options *o) {
    static const struct {
        const char *shell;
        void (*put)(void);
    } shells[] = {{"bash", put_bash}, {"zsh", put_zsh}, {"fish", put_fish}, {"powershell", put_powershell}};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(o->shell, shells[i].shell) != 0) continue;
        shells[i].put();
        return fflush(stdout) == 0 ? EXIT_DONE : EXIT_IO;
    }
    session_say("completion for '%s' is not known; write bash, zsh, fish or powershell", o->shell);
    return EXIT_USAGE;
}
