# Installs a build, or unpacks its Debian package, in an empty folder outside the tree and uses what lies there.
# usage: install.py prefix|deb <repository> <build folder>
import glob
import os
import shutil
import subprocess
import sys
import tempfile

kind, root, build = sys.argv[1:]


def run(*command, folder, code=0):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != code:
        sys.exit("%s\nexpected exit code %d, got %d\n%s" % (" ".join(command), code, done.returncode, done.stdout))
    return done.stdout


def use_tools(prefix, folder):
    """The tools run where they lie, and dsa-lab reads the descriptions beside it and not those of the sources."""
    descriptions = prefix + "/share/dsa/models/sparse-moe.json"
    text = run(prefix + "/bin/dsa-model", "emit", descriptions, "--vocab", "64", "--length", "8", folder=folder)
    with open(folder + "/model.mlir", "w", encoding="utf-8") as file:
        file.write(text)
    print(run(prefix + "/bin/dsa-opt", "model.mlir", "--dsa-graph-pipeline", folder=folder))
    print(run(prefix + "/bin/dsa-lab", "random-tokens", "--arms=classic", "--steps=1", folder=folder))
    with open(prefix + "/share/dsa/models/classic-moe.json", "w", encoding="utf-8") as file:
        file.write("{")
    print(run(prefix + "/bin/dsa-lab", "random-tokens", "--arms=classic", "--steps=1", folder=folder, code=1))


with tempfile.TemporaryDirectory() as folder:
    if kind == "prefix":
        run("cmake", "--install", build, "--prefix", folder + "/prefix", folder=folder)
        shutil.copytree(root + "/test/Inputs/consumer", folder + "/consumer")
        compiler = "-DCMAKE_CXX_COMPILER=clang++-22"
        run("cmake", "-G", "Ninja", "-S", "consumer", "-B", "made", compiler, "-DCMAKE_PREFIX_PATH=" + folder + "/prefix", folder=folder)
        run("cmake", "--build", "made", folder=folder)
        print(run("made/consumer", folder=folder))
        prefix = folder + "/prefix"
    else:
        run("cpack", "--config", build + "/CPackConfig.cmake", "-B", folder + "/packed", folder=folder)
        (package,) = glob.glob(folder + "/packed/*.deb")
        print(run("dpkg-deb", "--info", package, folder=folder))
        run("dpkg-deb", "-x", package, "unpacked", folder=folder)
        prefix = folder + "/unpacked/usr"
    use_tools(prefix, folder)
    for path in glob.glob(prefix + "/lib/cmake/dsa/*"):
        with open(path, encoding="utf-8") as file:
            if root in file.read():
                sys.exit("expected %s to know nothing of the sources" % os.path.basename(path))
