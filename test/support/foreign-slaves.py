"""Modbus servers that are not ours: `foreign-slaves.py LIBRARY WHERE`.

LIBRARY is pymodbus or libmodbus; WHERE is tcp:PORT or the path of a serial line (9,600 8N1). Unit 7 serves what a
JSON object on standard input says: {"values": [{"at", "as", "order", "value"}], "bits": [0, 1, …]}. The values are laid
into holding and input registers by Python's struct alone, the bits into coils and discrete inputs from address 0.
Prints "ready" when it listens.
"""
import json
import struct
import sys

UNIT = 7
FORMATS = {"u16": ">H", "i16": ">h", "u32": ">I", "i32": ">i", "f32": ">f", "u64": ">Q", "i64": ">q", "f64": ">d"}


def natural_bytes(kind, value):
    if kind in FORMATS:
        return struct.pack(FORMATS[kind], value)
    if kind == "bcd16":
        return bytes.fromhex("%04d" % value)
    if kind == "bcd32":
        return bytes.fromhex("%08d" % value)
    text = value.encode("ascii")
    return text + b"\0" * (len(text) % 2)


def registers_of(entries, size=256):
    registers = [0] * size
    for entry in entries:
        natural = natural_bytes(entry["as"], entry["value"])
        order = entry["order"]
        if len(order) == 2:  # also within each register of a text
            wire = b"".join(bytes(natural[i + ord(c) - 65] for c in order) for i in range(0, len(natural), 2))
        else:
            wire = bytes(natural[ord(c) - 65] for c in order)
        for i in range(0, len(wire), 2):
            registers[entry["at"] + i // 2] = wire[i] << 8 | wire[i + 1]
    return registers


def serve_pymodbus(where, registers, bits):
    import asyncio
    from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
    from pymodbus.server import StartAsyncSerialServer, StartAsyncTcpServer
    from pymodbus.transaction import ModbusRtuFramer

    block = lambda content: ModbusSequentialDataBlock(0, list(content))
    slave = ModbusSlaveContext(hr=block(registers), ir=block(registers), co=block(bits), di=block(bits), zero_mode=True)
    context = ModbusServerContext(slaves={UNIT: slave}, single=False)

    async def main():
        # This version answers for any unit that is not there; a real line is silent.
        common = {"context": context, "ignore_missing_slaves": True, "defer_start": True}
        if where.startswith("tcp:"):
            server = await StartAsyncTcpServer(address=("127.0.0.1", int(where[4:])), **common)
        else:
            server = await StartAsyncSerialServer(port=where, baudrate=9600, framer=ModbusRtuFramer, **common)
            await server.start()
        print("ready", flush=True)
        await server.serve_forever()

    asyncio.run(main())


def serve_libmodbus(where, registers, bits):
    import ctypes

    class Mapping(ctypes.Structure):
        _fields_ = [(n, ctypes.c_int) for n in (
            "nb_bits", "start_bits", "nb_input_bits", "start_input_bits",
            "nb_input_registers", "start_input_registers", "nb_registers", "start_registers")] + [
            ("tab_bits", ctypes.POINTER(ctypes.c_uint8)), ("tab_input_bits", ctypes.POINTER(ctypes.c_uint8)),
            ("tab_input_registers", ctypes.POINTER(ctypes.c_uint16)), ("tab_registers", ctypes.POINTER(ctypes.c_uint16))]

    lib = ctypes.CDLL("libmodbus.so.5", use_errno=True)
    lib.modbus_new_tcp.restype = lib.modbus_new_rtu.restype = ctypes.c_void_p
    lib.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
    tcp = where.startswith("tcp:")
    if tcp:
        context = ctypes.c_void_p(lib.modbus_new_tcp(b"127.0.0.1", int(where[4:])))
    else:
        context = ctypes.c_void_p(lib.modbus_new_rtu(where.encode(), 9600, ctypes.c_char(b"N"), 8, 1))
    lib.modbus_set_slave(context, UNIT)
    mapping = lib.modbus_mapping_new(len(bits), len(bits), len(registers), len(registers))
    for i, word in enumerate(registers):
        mapping.contents.tab_registers[i] = mapping.contents.tab_input_registers[i] = word
    for i, bit in enumerate(bits):
        mapping.contents.tab_bits[i] = mapping.contents.tab_input_bits[i] = bit
    socket = ctypes.c_int(lib.modbus_tcp_listen(context, 1)) if tcp else None
    if not tcp and lib.modbus_connect(context) != 0:
        sys.exit("libmodbus cannot open " + where)
    print("ready", flush=True)
    query = (ctypes.c_uint8 * 260)()
    while True:
        if tcp:
            lib.modbus_tcp_accept(context, ctypes.byref(socket))
        while True:
            length = lib.modbus_receive(context, query)
            if length > 0:
                lib.modbus_reply(context, query, length, mapping)
            elif length < 0 and tcp:
                break


if __name__ == "__main__":
    library, place = sys.argv[1:3]
    content = json.loads(sys.stdin.readline())
    serve = {"pymodbus": serve_pymodbus, "libmodbus": serve_libmodbus}[library]
    serve(place, registers_of(content["values"]), content["bits"])
