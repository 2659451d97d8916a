# Asks every program, and every question of dsa-lab, for help and runs the two or more examples that it must give.
import glob
import os
import re
import subprocess
import sys

root, build, scratch = sys.argv[1:]
# The examples name files of the repository, and some write where they run.
os.makedirs(scratch)
for folder in ("models", "test"):
    os.symlink(os.path.join(root, folder), os.path.join(scratch, folder))


# What the language server is told when it waits for an editor.
FAREWELL = '{"jsonrpc":"2.0","id":1,"method":"shutdown"}', '{"jsonrpc":"2.0","method":"exit"}'
LETTER = "".join("Content-Length: %d\r\n\r\n%s" % (len(text), text) for text in FAREWELL)


def run(command):
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=scratch, input=LETTER, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit("%s\nexpected exit code 0, got %d\n%s" % (command, done.returncode, done.stderr))
    return done.stdout


def examples(text):
    """The commands below `examples:`: lines indented by two, with what follows a backslash."""
    _, _, shown = text.partition("\nexamples:\n")
    return re.findall(r"^  (\S(?:.*\\\n)*.*)$", shown, re.M)


def check(program):
    help = run(program + " --help")
    commands = examples(help)
    if len(commands) < 2:
        sys.exit("%s --help: expected two examples, got %d" % (program, len(commands)))
    for command in commands:
        if program.split()[0] not in command:
            sys.exit("expected an example of %s, got %s" % (program, command))
        command = command.split("   ")[0]
        if re.match("dsa-lab .", command) and "--help" not in command:
            # An experiment takes minutes; with --help its options are read all the same.
            command = re.sub(r"( >.*)?$", r" --help\1", command, count=1)
        run(command)
    print("%s: %d examples" % (program, len(commands)))
    return help


for path in sorted(glob.glob(os.path.join(build, "bin", "dsa-*"))):
    help = check(os.path.basename(path))
    _, _, questions = help.partition("\nquestions:\n")
    for question in re.findall(r"^  ([a-z-]+)", questions.partition("\n\n")[0], re.M):
        check(os.path.basename(path) + " " + question)
