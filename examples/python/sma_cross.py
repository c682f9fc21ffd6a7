#!/usr/bin/env python3
"""SMA crossover over the simulation service: standard library plus `websockets`.

The strategy and the bars it looks at stay here; the service gets orders and gives fills. At each tick the strategy knows
the bars that opened before the tick, and buys when the fast average of closes crosses above the slow one, sells when it
crosses below. The connection may break at any moment: the client reconnects, resumes and goes on as if nothing had happened.

    python3 sma_cross.py --key sk_live_... --bars data/bars/minute/AAPL.csv --start 2024-07-16 --end 2024-07-17
"""
import argparse
import asyncio
import csv
import datetime
import http.client
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

try:
    import websockets
    from websockets.exceptions import WebSocketException
except ImportError:
    sys.exit("this example needs the package websockets (Debian: apt install python3-websockets, elsewhere: pip install websockets)")

EXTENSIONS = ["execution", "report", "fractional_quantity"]


def load_closes(path):
    """Closes by bar-open time, as whole numbers of 10^-8 so that every comparison is exact."""
    closes = {}
    try:
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                whole, _, fraction = row["close"].partition(".")
                closes[row["timestamp_utc"]] = int(whole + (fraction + "00000000")[:8])
    except OSError as error:
        sys.exit(f"the bars cannot be read: {path}: {error.strerror}")
    except (KeyError, ValueError, AttributeError, UnicodeDecodeError, csv.Error):
        sys.exit(f"{path} is no file of bars: a CSV with the columns timestamp_utc and close is expected (wrong after {len(closes)} bars)")
    if not closes:
        sys.exit(f"{path} holds no bars")
    return closes


class Crossover:
    """Long while the fast average is above the slow one. Knows nothing but its own bars and the ticks that have passed."""

    def __init__(self, closes, fast, slow, quantity, short):
        self.bars, self.fast, self.slow, self.quantity, self.short = closes, fast, slow, quantity, short
        self.known, self.fast_sum, self.slow_sum = [], 0, 0
        self.position, self.previous = 0, None

    def on_tick(self, sim_time):
        """Returns (side, quantity) or None; then takes note of the bar that opens now, for the next tick."""
        order = self.decide()
        self.previous = sim_time
        return order

    def decide(self):
        close = self.bars.get(self.previous)
        if close is None:
            return None
        self.known.append(close)
        self.fast_sum += close - (self.known[-self.fast - 1] if len(self.known) > self.fast else 0)
        self.slow_sum += close - (self.known[-self.slow - 1] if len(self.known) > self.slow else 0)
        if len(self.known) < self.slow:
            return None
        above = self.fast_sum * self.slow > self.slow_sum * self.fast
        target = self.quantity if above else (-self.quantity if self.short else 0)
        change, self.position = target - self.position, target
        if change == 0:
            return None
        return ("buy" if change > 0 else "sell", abs(change))


class Client:
    """One run of one session, over as many connections as it takes."""

    def __init__(self, options, strategy):
        self.options, self.strategy = options, strategy
        self.token = None
        self.created = self.started = False
        self.last_seen = 0            # last tick the strategy has seen
        self.unconfirmed = {}         # tick -> batch that is not acknowledged yet
        self.fills = {}               # execution_id -> fill; a repeated one is the same fill
        self.estimated = 0
        self.result = self.report = None
        self.reconnects = 0

    # --- the way in -------------------------------------------------------------------------------------------------
    def fetch_token(self):
        request = urllib.request.Request(self.options.url + "/auth/token", method="POST", headers={"X-API-Key": self.options.key})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["access_token"]

    async def run(self):
        attempt = 0
        while self.result is None:
            try:
                if self.token is None:
                    self.token = await asyncio.get_running_loop().run_in_executor(None, self.fetch_token)
                address = self.options.url.replace("http", "ws", 1) + "/ws/simulate?token=" + self.token
                if self.created:
                    address += "&resume=" + urllib.parse.quote(self.options.session_id, safe="")
                async with websockets.connect(address, max_size=None, compression=None, ping_interval=None) as socket:
                    attempt = 0
                    await self.converse(socket)
                raise OSError("the connection ended before the simulation did")
            except (OSError, EOFError, http.client.HTTPException, WebSocketException, asyncio.TimeoutError) as error:
                if isinstance(error, urllib.error.HTTPError) and error.code < 500:
                    sys.exit(f"token exchange refused: HTTP {error.code}, {refusal(error)}")
                if self.result is not None:
                    break
                attempt += 1
                reason = getattr(error, "reason", None) or error
                if attempt > self.options.retries:
                    sys.exit(f"no connection to {self.options.url} after {attempt} attempts: {reason}")
                if attempt == 1 and not self.created:
                    print(f"{self.options.url} does not answer ({reason}); trying again. Is the service running (./run)?", file=sys.stderr, flush=True)
                self.token = None
                self.reconnects += 1
                await asyncio.sleep(min(0.05 * 2 ** min(attempt, 6), 2.0))

    # --- one connection ---------------------------------------------------------------------------------------------
    async def converse(self, socket):
        ready = json.loads(await socket.recv())
        if ready["type"] != "connection_ready":
            raise OSError(ready["data"]["message"])
        if self.created:
            await self.resume(socket)
        else:
            await self.send(socket, "create_session", self.session_settings(), "create")
        async for text in socket:
            message = json.loads(text)
            handler = getattr(self, "on_" + message["type"], None)
            if handler is not None:
                await handler(socket, message)

    async def resume(self, socket):
        # A tick is processed once its orders are acknowledged: resume before the first batch that is not, and send it again.
        processed = min(self.unconfirmed) - 1 if self.unconfirmed else self.last_seen
        await self.send(socket, "resume_session", {"session_id": self.options.session_id, "last_processed_sequence_id": processed}, "resume")

    def session_settings(self):
        options = self.options
        extensions = EXTENSIONS + (["batched_ticks"] if options.batched else []) + (["advanced_orders"] if options.bracket else [])
        return {"session_id": options.session_id, "symbols": [options.symbol], "start": options.start, "end": options.end,
                "initial_cash": options.cash, "commission_per_share": options.commission, "slippage_bps": options.slippage,
                "extensions": extensions, "execution": {"execution_timing": options.timing, **options.execution}}

    async def send(self, socket, kind, data, request_id=None):
        await socket.send(json.dumps({"type": kind, "data": data, "request_id": request_id}, separators=(",", ":")))

    # --- messages of the service ------------------------------------------------------------------------------------
    async def on_session_created(self, socket, message):
        self.created = True
        self.estimated = message["data"]["estimated_ticks"]
        await self.start(socket)

    async def start(self, socket):
        await self.send(socket, "start_simulation", {"max_pending_ticks": self.options.window, "account_update_frequency": "on_demand"}, "start")

    async def on_simulation_started(self, socket, message):
        self.started = True

    async def on_state_sync(self, socket, message):
        for fill in message["data"]["missed_executions"]:
            self.take_fill(fill)
        if not self.started:
            await self.start(socket)

    async def on_tick(self, socket, message):
        tick = message["data"]
        await self.take(socket, tick, None)
        await self.acknowledge(socket, tick["sequence_id"])

    async def on_ticks(self, socket, message):
        ticks = message["data"]["ticks"]
        acknowledged = ticks[0]["sequence_id"] - 1
        for tick in ticks:
            acknowledged = await self.take(socket, tick, acknowledged)
        await self.acknowledge(socket, ticks[-1]["sequence_id"])

    async def take(self, socket, tick, acknowledged):
        """Runs the strategy once per tick, however often the tick is sent. Orders belong to the oldest tick not acknowledged."""
        sequence = tick["sequence_id"]
        self.started = True
        if sequence > self.last_seen:
            order = self.strategy.on_tick(tick["sim_time"])
            self.last_seen = sequence
            if order is not None and not (self.options.bracket and order[0] == "sell"):
                self.unconfirmed[sequence] = self.batch(sequence, *order)
        if sequence in self.unconfirmed:
            if acknowledged is not None and acknowledged < sequence - 1:
                await self.acknowledge(socket, sequence - 1)
                acknowledged = sequence - 1
            await self.send(socket, "order_batch", self.unconfirmed[sequence], f"b-{sequence}")
        self.progress()
        return acknowledged

    def batch(self, sequence, side, quantity):
        entry = {"order_id": f"o-{sequence}", "symbol": self.options.symbol, "side": side, "type": "market",
                 "quantity": quantity, "time_in_force": "gtc"}
        orders = [entry]
        if self.options.bracket:
            # Take profit and stop loss around the last close, on whole price steps; one cancels the other.
            close, step = self.strategy.known[-1], self.options.step
            profit, loss = self.options.bracket
            child = {"symbol": self.options.symbol, "side": "sell", "quantity": quantity, "time_in_force": "gtc", "parent_order_id": entry["order_id"]}
            orders.append({**child, "order_id": f"o-{sequence}-profit", "type": "limit", "price": as_price(close * (10000 + profit) // 10000 // step * step)})
            orders.append({**child, "order_id": f"o-{sequence}-loss", "type": "stop", "stop_price": as_price(close * (10000 - loss) // 10000 // step * step)})
        return {"batch_id": f"b-{sequence}", "orders": orders}

    async def acknowledge(self, socket, sequence):
        await self.send(socket, "tick_ack", {"sequence_id": sequence, "processing_status": "ready"})

    async def on_batch_ack(self, socket, message):
        if self.unconfirmed.pop(int(message["data"]["batch_id"][2:]), None) is not None:
            for order_id, reason in message["data"]["rejected_orders"].items():
                self.say(f"rejected {order_id}: {reason}")

    async def on_execution_report(self, socket, message):
        self.take_fill(message["data"])

    def take_fill(self, fill):
        if fill["execution_id"] not in self.fills and not self.options.quiet:
            self.say(f"{fill['execution_time']}  {fill['side']:4} {fill['executed_quantity']:>10} {fill['symbol']} at {fill['executed_price']}"
                     f"  commission {fill['commission']}  {fill['fill_reason']}")
        self.fills[fill["execution_id"]] = fill

    async def on_simulation_report(self, socket, message):
        self.report = message["data"]

    async def on_simulation_complete(self, socket, message):
        self.result = message["data"]

    async def on_error(self, socket, message):
        error, request = message["data"], message.get("request_id")
        if error["error_code"] == "SESSION_ALREADY_EXISTS" and request == "create":
            self.created = True      # the answer to the first attempt was lost
            await self.resume(socket)
        elif error["error_code"] == "INVALID_SESSION_STATE" and request == "start":
            self.started = True      # likewise
        elif error["error_code"] == "SESSION_NOT_FOUND" and not self.started:
            self.created = False     # the session was never durable: make it again
            await self.send(socket, "create_session", self.session_settings(), "create")
        elif error["severity"] == "fatal" or (error["severity"] == "error" and request in ("create", "start", "resume")):
            sys.exit(f"{error['error_code']}: {error['message']} {json.dumps(error['context'])}")
        elif not (request or "").startswith("b-"):
            self.say(f"{error['severity']} {error['error_code']}: {error['message']}")

    # --- what a person sees -----------------------------------------------------------------------------------------
    def say(self, text):
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
        print(text, flush=True)

    def progress(self):
        if self.options.quiet or not self.estimated or not sys.stderr.isatty():
            return
        every = max(1, self.estimated // 200)
        if self.last_seen % every == 0 or self.last_seen == self.estimated:
            filled = 40 * self.last_seen // self.estimated
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (40 - filled)}] {100 * self.last_seen // self.estimated:3d} %  tick {self.last_seen}/{self.estimated}")
            sys.stderr.flush()


def refusal(error):
    """What an HTTP error says for people; its reason when the body is not the service's."""
    try:
        return json.load(error)["message"]
    except (ValueError, KeyError, TypeError):
        return error.reason


def as_price(units):
    return f"{units // 10**8}.{units % 10**8:08d}"


def print_result(client):
    client.say(f"\n{len(client.fills)} fills, {client.reconnects} reconnects")
    for name in ("final_equity", "total_return_pct", "total_trades", "winning_trades", "total_commission", "max_drawdown_pct",
                 "sharpe_ratio", "sortino_ratio", "calmar_ratio"):
        print(f"  {name:18} {client.result[name]}")
    if client.report:
        print(f"  {'result_hash':18} {client.report['result_hash']}")


def bracket(text):
    profit, loss = (int(part) for part in text.split(","))
    return profit, loss


def json_object(text):
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--key", default=os.environ.get("SIM_API_KEY"), help="API key (or SIM_API_KEY)")
    parser.add_argument("--bars", required=True, help="this client's own copy of the bars, CSV")
    parser.add_argument("--symbol", help="default: the file's name")
    parser.add_argument("--start", help="date or instant; default: the first bar")
    parser.add_argument("--end", help="date or instant, exclusive; default: after the last bar")
    parser.add_argument("--fast", type=int, default=10)
    parser.add_argument("--slow", type=int, default=30)
    parser.add_argument("--quantity", type=int, default=10)
    parser.add_argument("--short", action="store_true", help="sell short below the slow average instead of staying out")
    parser.add_argument("--bracket", type=bracket, help="PROFIT_BPS,LOSS_BPS: leave each entry by a take profit or a stop loss instead of the crossover")
    parser.add_argument("--step", type=int, default=1_000_000, help="price step in 10^-8 for bracket prices (0.01 = 1000000)")
    parser.add_argument("--cash", default="100000.00")
    parser.add_argument("--commission", default="0.005", help="per share")
    parser.add_argument("--slippage", type=int, default=5, help="basis points")
    parser.add_argument("--timing", default="next_open", choices=["next_open", "current_close", "next_close"])
    parser.add_argument("--execution", default="{}", type=json_object, help="further execution parameters, a JSON object")
    parser.add_argument("--window", type=int, default=1, help="ticks the service may send ahead")
    parser.add_argument("--batched", action="store_true", help="many ticks in one message")
    parser.add_argument("--session-id", default=None)
    parser.add_argument("--retries", type=int, default=60, help="connection attempts in a row before giving up")
    parser.add_argument("--json", help="write fills, result and report to this file")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    if not options.key:
        parser.error("an API key is needed: --key or SIM_API_KEY")
    if not options.url.startswith(("http://", "https://")):
        parser.error(f"--url {options.url}: an address like http://127.0.0.1:8080 is expected")
    options.url = options.url.rstrip("/")
    options.symbol = options.symbol or os.path.splitext(os.path.basename(options.bars))[0]
    options.session_id = options.session_id or f"sma-{options.symbol}-{datetime.datetime.now(datetime.timezone.utc):%Y%m%dT%H%M%S%f}"
    return options


def instant(text):
    return text if "T" in text else text + "T00:00:00Z"


def main():
    options = parse_arguments()
    closes = load_closes(options.bars)
    options.start = instant(options.start or min(closes))
    try:
        after_last = datetime.datetime.strptime(max(closes), "%Y-%m-%dT%H:%M:%SZ") + datetime.timedelta(minutes=1)
    except ValueError:
        sys.exit(f"{options.bars}: timestamp_utc is expected in the form 2024-07-16T13:30:00Z, but reads {max(closes)}")
    options.end = instant(options.end or f"{after_last:%Y-%m-%dT%H:%M:%SZ}")
    client = Client(options, Crossover(closes, options.fast, options.slow, options.quantity, options.short))
    asyncio.run(client.run())
    print_result(client)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"fills": list(client.fills.values()), "result": client.result, "report": client.report, "reconnects": client.reconnects}, file, indent=1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
