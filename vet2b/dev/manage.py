"""manage.py with the database of `make run`, which is started for it when it does not run."""

import argparse
import signal
import subprocess
import sys

from vet2b.dev.processes import ROOT
from vet2b.dev.runner import database, local_environment, prepare


def main() -> int:
    parser = argparse.ArgumentParser(prog="make manage", description=__doc__)
    parser.add_argument("--database", default="vet2b", help="another one, made ready first")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    folder = ROOT / ".data"
    folder.mkdir(exist_ok=True)
    with database(folder, options.database) as url:
        env = local_environment(folder, DATABASE_URL=url)
        if options.database != "vet2b":
            prepare(env, with_demo=False)
        signal.signal(signal.SIGINT, lambda number, frame: None)  # Ctrl-C is for the command
        return subprocess.call([sys.executable, "manage.py", *options.arguments], cwd=ROOT, env=env)


if __name__ == "__main__":
    sys.exit(main())
