#!/usr/bin/python3
"""Reads what Fengsui gateways publish, by the contract beside this file and nothing of Fengsui's own code.

    mosquitto_sub -h BROKER -t 'fengsui/v1/#' -F '%t %x' | ./decode.py

Lines of standard input are TOPIC HEX. Each message becomes a line of words; with --json a line of JSON as in
test/golden/wire.json. Needs cbor2 (Debian: python3-cbor2). An example to start from, not a platform: it sends no
receipts, so gateways send their alarms again and again.
"""
import json
import sys
from datetime import datetime, timezone

import cbor2

# Positions on the wire; what lies behind the end of a list is of a later version.
TRUSTS = ["unknown", "estimated", "synced"]
KINDS = ["fire", "call", "pre-alarm", "supervisory", "tamper", "fault", "test"]
EVENTS = ["raised", "cleared", "acked", "reset", "repeated", "silenced", "suppressed", "unsuppressed", "tested"]
PHASES = ["normal", "pending", "active-unacked", "active-acked", "cleared-unacked"]
TESTS = ["below", "above", "is", "rises", "falls", "stuck", "quality", "no-answer", "trouble", "coincidence", "ended"]
SUPPRESSIONS = ["shelved", "disabled", "out-of-service", "by-design"]
STEPS = ["switched", "proven", "effective", "not-written"]
ACTS = ["command", "started", "stopped", "configured", "clock-stepped"]
RISKS = ["safe", "actuates", "life-safety"]
ENDS = ["nothing", "stop", "failure"]
DOUBTS = ["out-of-range", "unknown-code", "unconfirmed"]  # from 1 on
LOSSES = ["never-read", "timeout", "bad-crc", "refused", "bad-reply", "bus-down", "device-marker", "other-device"]  # from 16 on


def at(names, position, later):
    return names[position] if position < len(names) else later


def known(**fields):
    """Fields without those that the message does not have."""
    return {name: value for name, value in fields.items() if value is not None}


def wall(m, key):
    """Unix ms of seconds and, in the next key, milliseconds."""
    return m[key] * 1000 + m[key + 1] if key in m else None


def points(m):
    names = {1: "device", 2: "point", 3: "unit", 4: "resolution", 5: "choices"}
    return {"hash": m[1], "columns": [{names[k]: v for k, v in column.items() if k in names} for column in m[2]]}


def stamp(m):
    return {"boot": m[9], "mono": m[10], "wall": wall(m, 11), "trust": TRUSTS[m[13]]}


def alarm(m):
    """An entry of the alarm lane; of a kind that is not known here it has its place alone."""
    place = {"log": m[1], "seq": m[2]}
    if m[0] == 1:
        return {**place, "change": change(m)}
    if m[0] in (2, 3):
        return {**place, "record": linkage(m) if m[0] == 2 else audit(m)}
    return place


def linkage(m):
    return known(
        kind="linkage", at=stamp(m), step=at(STEPS, m[40], "other"), device=m[3], point=m[14], on=m[41],
        causes=m.get(42), afterMs=m.get(43), why=m.get(44), isTest=m.get(45),
    )


def audit(m):
    act = at(ACTS, m[50], "other")
    return {"kind": "audit", "at": stamp(m), "act": act, **facts(m, act)}


def facts(m, act):
    if act == "command":
        return known(
            method=m[51], outcome=m[53], client=m[52], operator=m.get(19), device=m.get(3), condition=m.get(4),
            detail=m.get(54), count=m[55], audit=m.get(64), risk=at(RISKS, m[65], "life-safety") if 65 in m else None,
            before=m.get(66), after=m.get(67),
        )
    if act == "started":
        return {"version": m[56], "configVersion": m[57], "configHash": m[58], "after": ENDS[m[59]]}
    if act == "stopped":
        return {"why": m[44]}
    if act == "configured":
        return {"configHash": m[58], "added": m[60], "removed": m[61], "changed": m[62]}
    return {"byMs": m[63], "count": m[55]} if act == "clock-stepped" else {}


def change(m):
    cause = known(
        point=m[14], value=m.get(15), test=at(TESTS, m.get(20, 99), "trouble"), limit=m.get(21), unit=m.get(22),
        within=m.get(23), onDelay=m.get(24, 0), samples=m.get(25), rule=m[16], held=m[17], source=m[18],
    )
    since = wall(m, 29)
    return known(
        device=m[3], condition=m[4], kind=at(KINDS, m[5], "other"), event=at(EVENTS, m[6], "other"), phase=PHASES[m[7]],
        occurrence=m[8], at=stamp(m),
        count=m.get(26), cause=cause, operator=m.get(19), silenced=m.get(27), since=since,
        raised={"boot": m[31], "mono": m[32], "wall": since, "trust": TRUSTS[m[33]]} if 31 in m else None,
        suppression=suppression(m[28]) if 28 in m else None,
    )


def suppression(m):
    return known(how=at(SUPPRESSIONS, m[1], "disabled"), why=m[2], operator=m.get(3), until=wall(m, 4))


def telemetry(m, tables):
    kind = at(["other", "readings", "snapshot", "summary", "gone"], m.get(0, 1), "other")
    place = {"kind": kind, "log": m[1], "seq": m[2]}
    if kind != "snapshot":
        place["first"] = m.get(8, m[2])
    if kind == "other":
        return place
    if kind == "gone":
        return {**place, "from": wall(m, 11), "to": wall(m, 13)}
    base, table = m[3] * 1000, tables.get(m[4])
    if table is None:
        raise LookupError(f"telemetry {m[2]} needs point table {m[4]}, which was not heard")
    head = known(**place, boot=m[5], trust=TRUSTS[m[6]], table=m[4], offset=base - m[10] if 10 in m else None)
    if kind == "summary":
        spans = [s for block in m[7] for s in spans_of(block, base, m[9], table)]
        return {**head, "every": m[9], "spans": spans}
    return {**head, "samples": [s for block in m[7] for s in samples_of(block, base, m.get(10), table)]}


def samples_of(block, base, mono, table):
    column = table["columns"][block[0]]
    qualities = block[3] if len(block) > 3 else [0] * len(block[1])
    for ms, raw, quality in zip(block[1], block[2], qualities):
        sample = {"device": column["device"], "point": column["point"], "at": base + ms}
        if mono is not None:
            sample["mono"] = mono + ms
        if quality >= 16 or raw is None:
            yield {**sample, "quality": "lost", "why": at(LOSSES, quality - 16, "bad-reply")}
        elif quality > 0:
            yield {**sample, "quality": "doubtful", "value": value(column, raw), "why": at(DOUBTS, quality - 1, "unconfirmed")}
        else:
            yield {**sample, "quality": "good", "value": value(column, raw)}


def spans_of(block, base, every, table):
    column = table["columns"][block[0]]
    for i, time in enumerate(block[1]):
        last = None if block[4][i] is None else value(column, block[4][i])
        yield known(
            device=column["device"], point=column["point"], **{"from": base + time * every}, count=block[2][i],
            leftOut=block[3][i] if block[3] else 0, last=last,
            figures=figures(column, last, block[5][i]) if len(block) > 5 else None,
        )


def figures(column, last, raw):
    if raw == 0:
        return None
    if raw is None:
        return {"min": last, "max": last, "mean": last}
    low, high, mean = raw
    if column.get("resolution"):
        low, high = value(column, low), value(column, high)
        mean = steps(mean, column["resolution"] / 10)
    return {"min": low, "max": high, "mean": mean}


def value(column, raw):
    """Numbers travel in steps of the resolution, choices as their position, everything else as it is."""
    if isinstance(raw, bool) or isinstance(raw, str):
        return raw
    if column.get("resolution"):
        return steps(raw, column["resolution"])
    return column["choices"][raw] if "choices" in column else raw


def steps(n, resolution):
    """421 steps of 0.001 are 0.421, without the dirt of binary fractions."""
    return n / round(1 / resolution) if (1 / resolution).is_integer() else n * resolution


def clock(ms):
    return datetime.fromtimestamp(ms / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def alarm_words(said):
    if "record" in said:
        record = said["record"]
        return f"{clock(record['at']['wall'])} {linkage_words(record) if record['kind'] == 'linkage' else audit_words(record)}"
    if "change" not in said:
        return f"entry {said['seq']} of the alarm lane, of a later version"
    change = said["change"]
    cause = change["cause"]
    now = f" ({cause['value']})" if "value" in cause else ""
    hidden = f", {change['suppression']['how']}: {change['suppression']['why']}" if "suppression" in change else ""
    who = f" by {change['operator']}" if "operator" in change else ""
    return (
        f"{clock(change['at']['wall'])} {change['kind']} {change['device']}/{change['condition']} {change['event']}{who}, "
        f"now {change['phase']}: {cause['rule']}{now}{hidden}"
    )


def linkage_words(record):
    why = f": {record['why']}" if "why" in record else ""
    after = f" after {record['afterMs']} ms" if "afterMs" in record else ""
    causes = f", because of {', '.join(record['causes'])}" if "causes" in record else ""
    test = ", by a walk test" if "isTest" in record else ""
    return f"{record['device']}/{record['point']} {'on' if record['on'] else 'off'}: {record['step']}{causes}{test}{after}{why}"


def audit_words(record):
    act = record["act"]
    times = f", {record['count']} times" if record.get("count", 1) > 1 else ""
    if act == "command":
        target = "/".join(record[part] for part in ("device", "condition") if part in record)
        what = f"{record['method']} {target}" if target else record["method"]
        program = f" ({record['client']})" if record["client"] else ""
        detail = f": {record['detail']}" if "detail" in record else ""
        who = record.get("operator", f"nobody known{program}")
        return f"{who}: {what}, {record['outcome']}{times}{detail}"
    if act == "started":
        return f"started: version {record['version']}, configuration {record['configHash']}, before it {record['after']}"
    if act == "stopped":
        return f"stopped: {record['why']}"
    if act == "configured":
        lists = [f"; {name} {', '.join(record[name])}" for name in ("added", "removed", "changed") if record[name]]
        return f"configured: {record['configHash']}{''.join(lists)}"
    return f"clock-stepped by {record['byMs']} ms{times}" if act == "clock-stepped" else "an act of a later version"


def telemetry_words(said):
    kind, seq = said["kind"], said["seq"]
    if kind == "gone":
        return f"entries {said['first']} to {seq} were given up: {clock(said['from'])} to {clock(said['to'])}"
    if kind == "other":
        return f"entries {said['first']} to {seq} of the telemetry lane, of a later version"
    if kind == "summary":
        lines = [
            f"{clock(s['from'])} {s['device']}/{s['point']}: {s['count']} good, last {s.get('last', 'none')}"
            for s in said["spans"]
        ]
    else:
        lines = [
            f"{clock(s['at'])} {s['device']}/{s['point']} = {s.get('value', 'no value')}" + (f" ({s['why']})" if "why" in s else "")
            for s in said["samples"]
        ]
    return f"{kind} {seq}: " + "; ".join(lines)


def decode(topic, body, tables):
    """The channel, what the message says, and that in words; None for channels that are not decoded here."""
    channel = topic.split("/")[5]
    m = cbor2.loads(body)
    if channel == "points":
        said = points(m)
        tables[said["hash"]] = said  # in earnest: by gateway and hash
        return said, f"point table {said['hash']} of {len(said['columns'])} columns"
    if channel == "presence":
        said = {"online": m[1], "boot": m[2]}
        return said, "online" if m[1] else "offline"
    if channel == "alarm":
        said = alarm(m)
        return said, alarm_words(said)
    if channel == "telemetry":
        said = telemetry(m, tables)
        return said, telemetry_words(said)
    return None


def main():
    tables = {}
    for line in sys.stdin:
        topic, _, body = line.strip().partition(" ")
        try:
            decoded = decode(topic, bytes.fromhex(body), tables)
        except (LookupError, TypeError, ValueError, cbor2.CBORDecodeError) as e:
            print(f"{topic}: {e}", file=sys.stderr, flush=True)
            continue
        if decoded:
            said, words = decoded
            print(json.dumps({"topic": topic, "meaning": said}) if "--json" in sys.argv else f"{topic} {words}", flush=True)


main()
