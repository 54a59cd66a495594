"""CRC-32C and CRC-64/NVME, which the standard library lacks.

A byte at a time is too slow in Python, so a large block is cut into lanes that go through the
table side by side: `bytes.translate` looks up one byte of every lane at once. The lanes' results
are then joined as zlib's `crc32_combine` joins two.
"""

from functools import lru_cache
from itertools import pairwise

_LANES = 1024
_SMALLEST_LANE = 16


class Crc:
    """A reflected CRC of `width` bits, all ones before and after."""

    def __init__(self, width: int, polynomial: int) -> None:
        """`polynomial` is in reversed (least significant bit first) notation."""
        self._size = width // 8
        self._ones = (1 << width) - 1
        self._table = [self._shift_byte(value, polynomial) for value in range(256)]
        columns = [value.to_bytes(self._size, "little") for value in self._table]
        self._columns = [bytes(row[at] for row in columns) for at in range(self._size)]
        self._over_zeros = lru_cache(maxsize=8)(self._tables_over_zeros)

    def update(self, block: bytes, crc: int = 0) -> int:
        """The CRC of what `crc` is of, followed by `block`."""
        lane = len(block) // _LANES
        if lane < _SMALLEST_LANE:
            return self._serial(block, crc ^ self._ones) ^ self._ones
        register = self._joined(self._side_by_side(block, lane, crc), lane)
        return self._serial(block[lane * _LANES :], register) ^ self._ones

    @staticmethod
    def _shift_byte(value: int, polynomial: int) -> int:
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
        return value

    def _serial(self, block: bytes, register: int) -> int:
        table = self._table
        for byte in block:
            register = table[(register ^ byte) & 0xFF] ^ register >> 8
        return register

    def _side_by_side(self, block: bytes, lane: int, crc: int) -> list[int]:
        """Each lane's register; the first lane starts from `crc`, the others from zero."""
        first = (crc ^ self._ones).to_bytes(self._size, "little")
        registers = [int.from_bytes(bytes([byte]), "little") for byte in first]
        for at in range(lane):
            data = int.from_bytes(block[at : lane * _LANES : lane], "little")
            index = (registers[0] ^ data).to_bytes(_LANES, "little")
            found = [int.from_bytes(index.translate(row), "little") for row in self._columns]
            registers = [new ^ old for new, old in zip(found, [*registers[1:], 0], strict=True)]
        rows = [register.to_bytes(_LANES, "little") for register in registers]
        return [int.from_bytes(column, "little") for column in zip(*rows, strict=True)]

    def _joined(self, registers: list[int], lane: int) -> int:
        tables = self._over_zeros(lane)
        joined = registers[0]
        for _, register in pairwise(registers):
            shifted = register
            for at, table in enumerate(tables):
                shifted ^= table[joined >> 8 * at & 0xFF]
            joined = shifted
        return joined

    def _tables_over_zeros(self, count: int) -> list[list[int]]:
        """For each byte of a register, what it becomes when `count` zero bytes follow."""
        bits = [self._power(1 << bit, count) for bit in range(8 * self._size)]
        tables = []
        for at in range(self._size):
            table = [0]
            for bit in bits[8 * at : 8 * at + 8]:
                table += [value ^ bit for value in table]
            tables.append(table)
        return tables

    def _power(self, register: int, count: int) -> int:
        return self._serial(bytes(count), register)


CRC32C = Crc(32, 0x82F63B78)
CRC64NVME = Crc(64, 0x9A6C9329AC4BC9B5)
