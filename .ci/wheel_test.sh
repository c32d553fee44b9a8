#!/usr/bin/env bash
# The wheel, in an empty environment, away from the clone.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
away=$(mktemp -d)
trap 'rm -rf "$away"' EXIT
"$root/.venv/bin/python" -m pip wheel -q --no-deps --no-build-isolation -w "$away/dist" "$root"
python3 -m venv "$away/venv"
"$root/.venv/bin/python" -m uv export -q --frozen --no-emit-project --project "$root" \
  -o "$away/requirements.txt" 2>/dev/null || cp "$root/requirements.lock" "$away/requirements.txt"
"$away/venv/bin/python" -m pip install -q -r "$away/requirements.txt"
"$away/venv/bin/python" -m pip install -q --no-deps "$away"/dist/*.whl
"$away/venv/bin/python" -m pip install -q "$("$root/.venv/bin/python" -m pip freeze | grep -i '^mypy==')"
cp "$root/.ci/client.py" "$away/"
cd "$away"
venv/bin/lemmata doctor
venv/bin/lemmata check search/repeated-vote --html report.html
venv/bin/lemmata check iterations/halpern
venv/bin/lemmata check privacy/continual-sum/simultaneous
venv/bin/lemmata check sketching/count-sketch
venv/bin/lemmata check submodular/greedy
venv/bin/lemmata experiments
test -s report.html
venv/bin/lemmata run search/flaky-bisection --trials 20
venv/bin/lemmata results search/flaky-bisection --csv -o results.csv
grep -q "lemmata bisect" results.csv
venv/bin/lemmata figure search/flaky-bisection -o figure.svg
test -s figure.svg
venv/bin/lemmata bench accel --quick
if venv/bin/lemmata run search/tumours 2> complaint; then exit 1; fi  # its data are in an extra
grep -q "pip install 'lemmata\[peers\]'" complaint
# Exact noise is in an extra, and nothing else stands in for it.
if venv/bin/python -c "from algos.privacy import ContinualSum as S; S('tree', 9, rho=1, bounds=(0, 1))" \
  2> complaint; then exit 1; fi
grep -q "pip install 'lemmata\[privacy\]'" complaint
venv/bin/python client.py
venv/bin/mypy --strict client.py
