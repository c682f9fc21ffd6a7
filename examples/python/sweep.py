#!/usr/bin/env python3
"""A sweep on the service's own machines: standard library only.

Starts a sweep of the moving-average crossover over a grid of parameters, follows its progress and prints the best sets. The
request carries an Idempotency-Key, so it is repeated without fear when the service does not answer; the sweep itself goes on
whatever happens to this program. Run it again with the same --name and it finds the sweep that it began.

    python3 sweep.py --key sk_live_... --symbol EURUSD --start 2014-05-01 --end 2014-05-16 --fast 5:50:5 --slow 20:200:20
"""
import argparse
import datetime
import json
import os
import sys
import time
import urllib.error
import urllib.request

OVER = ("completed", "cancelled", "failed")


class Service:
    """REST calls that are repeated while nobody answers."""

    def __init__(self, url, key, patience):
        self.url, self.key, self.patience = url, key, patience

    def call(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers={"X-API-Key": self.key, "Content-Type": "application/json", **(headers or {})})
        give_up = time.monotonic() + self.patience
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code < 500 or time.monotonic() > give_up:
                    sys.exit(f"{method} {path}: HTTP {error.code}, {error.read().decode(errors='replace')}")
            except OSError as error:
                if time.monotonic() > give_up:
                    sys.exit(f"{method} {path}: {getattr(error, 'reason', error)}")
            time.sleep(0.2)


def values(text):
    """One number, several with commas, or FROM:TO:STEP."""
    if ":" in text:
        first, last, step = text.split(":")
        return {"from": number(first), "to": number(last), "step": number(step)}
    listed = [number(part) for part in text.split(",")]
    return listed[0] if len(listed) == 1 else listed


def number(text):
    """Whole numbers as numbers; decimals stay text, so that no binary fraction comes between."""
    try:
        return int(text)
    except ValueError:
        float(text)
        return text


def instant(text):
    return text if "T" in text else text + "T00:00:00Z"


def request_of(options):
    strategy = {"name": "sma_cross", "fast": options.fast, "slow": options.slow, "quantity": options.quantity, "short": options.short}
    return {"symbols": options.symbol.split(","), "data_provider": options.provider, "start": instant(options.start), "end": instant(options.end), "initial_cash": options.cash,
            "commission_per_share": options.commission, "slippage_bps": options.slippage, "fractional_quantity": True, "execution": options.execution, "strategy": strategy}


def follow(service, path, options):
    began = time.monotonic()
    while True:
        sweep = service.call("GET", path)
        sets = sweep["sets"]
        if not options.quiet:
            sys.stderr.write(f"\r{sweep['state']:10} {sets['done']:>6} of {sets['total']} sets, {sweep['progress']['percentage']:5.1f} %  {time.monotonic() - began:6.1f} s ")
            sys.stderr.flush()
        if sweep["state"] in OVER:
            if not options.quiet:
                sys.stderr.write("\n")
            return sweep
        time.sleep(options.every)


def every_result(service, path):
    results, page = [], 1
    while True:
        answer = service.call("GET", f"{path}/results?order_by=set&page_size=1000&page={page}")
        results += answer["results"]
        if not answer["pagination"]["has_next"]:
            return results
        page += 1


def print_best(service, path, sweep, options):
    print(f"{sweep['state']}: {sweep['sets']['done']} sets done, {sweep['sets']['failed']} failed, {sweep['sets']['skipped']} skipped")
    if sweep["error"]:
        print(f"{sweep['error']['code']}: {sweep['error']['message']}")
    print(f"{'set':>5} {'fast':>5} {'slow':>5} {'quantity':>10} {'final equity':>16} {'trades':>7} {'sharpe':>10} {'drawdown':>10}")
    for one in service.call("GET", f"{path}/results?order_by={options.order_by}&page_size={options.top}")["results"]:
        sharpe, drawdown = one["sharpe_ratio"] or "-", one["max_drawdown"] or "-"
        print(f"{one['set']:>5} {one['fast']:>5} {one['slow']:>5} {one['quantity']:>10} {one['final_equity'] or '-':>16} {one['trades'] or 0:>7} {sharpe[:10]:>10} {drawdown[:10]:>10}")
    print(f"sweep_hash {sweep['sweep_hash']}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--key", default=os.environ.get("SIM_API_KEY"), help="API key (or SIM_API_KEY)")
    parser.add_argument("--symbol", required=True, help="one, or several with commas")
    parser.add_argument("--provider", default="polygon")
    parser.add_argument("--start", required=True, help="date or instant")
    parser.add_argument("--end", required=True, help="date or instant, exclusive")
    parser.add_argument("--fast", type=values, default=10, help="N, N,N,N or FROM:TO:STEP")
    parser.add_argument("--slow", type=values, default=30)
    parser.add_argument("--quantity", type=values, default=10)
    parser.add_argument("--short", action="store_true", help="sell short below the slow average instead of staying out")
    parser.add_argument("--cash", default="100000.00")
    parser.add_argument("--commission", default="0.005", help="per share")
    parser.add_argument("--slippage", type=int, default=5, help="basis points")
    parser.add_argument("--execution", default={}, type=json.loads, help="further execution parameters, a JSON object")
    parser.add_argument("--name", help="names the request: the same name finds the same sweep again; default: a new one each time")
    parser.add_argument("--every", type=float, default=0.5, help="seconds between two looks")
    parser.add_argument("--order-by", default="final_equity", choices=["set", "final_equity", "sharpe_ratio", "max_drawdown", "trades"])
    parser.add_argument("--top", type=int, default=10, help="sets to print")
    parser.add_argument("--patience", type=float, default=120, help="seconds to wait for a service that does not answer")
    parser.add_argument("--json", help="write the sweep, all results and the seconds it took to this file")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    if not options.key:
        parser.error("an API key is needed: --key or SIM_API_KEY")
    options.url = options.url.rstrip("/")
    options.name = options.name or f"sweep-{datetime.datetime.now(datetime.timezone.utc):%Y%m%dT%H%M%S%f}"
    return options


def main():
    options = parse_arguments()
    service = Service(options.url, options.key, options.patience)
    began = time.monotonic()
    started = service.call("POST", "/sweeps", request_of(options), {"Idempotency-Key": options.name})
    path = "/sweeps/" + started["id"]
    if not options.quiet:
        print(f"sweep {started['id']}: {started['sets']['total']} sets, {started['sets']['skipped']} skipped")
    sweep = follow(service, path, options)
    seconds = time.monotonic() - began
    print_best(service, path, sweep, options)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"sweep": sweep, "results": every_result(service, path), "seconds": seconds}, file, indent=1)
    return 0 if sweep["state"] == "completed" else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
