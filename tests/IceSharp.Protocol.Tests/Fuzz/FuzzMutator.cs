using System.Buffers.Binary;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Fuzz;

/// <summary>Makes inputs out of good ones: a few changes each, half of them blind and half of them aware of the format.</summary>
internal sealed class FuzzMutator(IReadOnlyList<byte[]> seeds, FuzzRandom random)
{
    public const int MaxBytes = 2048;

    private static readonly ushort[] Interesting =
        [0, 1, 2, 3, 4, 5, 7, 8, 9, 19, 20, 21, 31, 32, 33, 127, 128, 255, 256, 508, 509, 763, 764, 0x3FFF, 0x4000, 0x4FFF, 0x5000, 0x7FFF, 0x8000, 0xFFFC, 0xFFFD, 0xFFFE, 0xFFFF];

    private static readonly ushort[] Types = [.. Enum.GetValues<StunAttributeType>().Select(t => (ushort)t), 0x7F00, 0xC0FE];

    private readonly byte[] _buffer = new byte[MaxBytes];
    private int _length;

    /// <summary>Makes the next input; it is valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        byte[] seed = seeds[random.Below(seeds.Count)];
        _length = Math.Min(seed.Length, MaxBytes);
        seed.AsSpan(0, _length).CopyTo(_buffer);
        for (int changes = 1 + random.Below(4); changes > 0; changes--)
        {
            Change();
        }

        // Most inputs get their lengths agreeing again: otherwise nearly all of them would end at the first check.
        if (!random.OneIn(4))
        {
            FixLength();
        }

        return _buffer.AsSpan(0, _length);
    }

    private void Change()
    {
        switch (random.Below(12))
        {
            case 0:
                Flip();
                break;
            case 1:
                Put8((byte)random.Next());
                break;
            case 2:
                Put16(random.Below(_length - 1), Interesting[random.Below(Interesting.Length)]);
                break;
            case 3:
                Resize(random.Below(_length + 1), -random.Below(24));
                break;
            case 4:
                Resize(random.Below(_length + 1), random.Below(24));
                break;
            case 5:
                Copy();
                break;
            case 6:
                Splice();
                break;
            case 7:
                _length = random.Below(_length + 1);
                break;
            case 8:
                Put16(AnAttribute(), Types[random.Below(Types.Length)]);
                break;
            case 9:
                Put16(AnAttribute() + 2, random.OneIn(2) ? Interesting[random.Below(Interesting.Length)] : (ushort)random.Below(40));
                break;
            case 10:
                Append();
                break;
            default:
                Seal();
                break;
        }
    }

    private void Flip()
    {
        if (_length > 0)
        {
            _buffer[random.Below(_length)] ^= (byte)(1 << random.Below(8));
        }
    }

    private void Put8(byte value)
    {
        if (_length > 0)
        {
            _buffer[random.Below(_length)] = value;
        }
    }

    private void Put16(int offset, ushort value)
    {
        if (offset + 2 <= _length)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(offset), value);
        }
    }

    private void Resize(int offset, int by)
    {
        int removed = Math.Min(-by, _length - offset);
        if (by < 0)
        {
            _buffer.AsSpan(offset + removed, _length - offset - removed).CopyTo(_buffer.AsSpan(offset));
            _length -= removed;
            return;
        }

        int added = Math.Min(by, MaxBytes - _length);
        _buffer.AsSpan(offset, _length - offset).CopyTo(_buffer.AsSpan(offset + added));
        Fill(offset, added);
        _length += added;
    }

    private void Copy()
    {
        int count = random.Below(Math.Min(_length, 64) + 1);
        _buffer.AsSpan(random.Below(_length - count + 1), count).CopyTo(_buffer.AsSpan(random.Below(_length - count + 1)));
    }

    // The beginning of this one and the end of another.
    private void Splice()
    {
        byte[] other = seeds[random.Below(seeds.Count)];
        int from = random.Below(other.Length + 1), to = random.Below(_length + 1);
        int count = Math.Min(other.Length - from, MaxBytes - to);
        other.AsSpan(from, count).CopyTo(_buffer.AsSpan(to));
        _length = to + count;
    }

    private void Append()
    {
        int length = random.OneIn(16) ? 700 + random.Below(100) : random.Below(40);
        int padded = (length + 3) & ~3;
        if (_length + 4 + padded > MaxBytes)
        {
            return;
        }

        int offset = _length;
        _length += 4 + padded;
        Fill(offset, 4 + padded);
        Put16(offset, Types[random.Below(Types.Length)]);
        Put16(offset + 2, (ushort)length);
    }

    // A fingerprint that is right, so that what stands behind it is reached with the check passed.
    private void Seal()
    {
        if (_length is < 20 or > MaxBytes - 8)
        {
            return;
        }

        _length += 8;
        Put16(_length - 8, (ushort)StunAttributeType.Fingerprint);
        Put16(_length - 6, 4);
        FixLength();
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(_length - 4), Crc32.Compute(_buffer.AsSpan(0, _length - 8)) ^ 0x5354554E);
    }

    private void FixLength()
    {
        if (_length >= 20 && _buffer[0] < 0x40)
        {
            _length &= ~3;
            Put16(2, (ushort)(_length - 20));
            CloseLastAttribute();
        }
        else if (_length >= 4 && _buffer[0] < 0x50)
        {
            Put16(2, (ushort)(_length - 4));
        }
    }

    // The first attribute that runs over the end ends there instead.
    private void CloseLastAttribute()
    {
        if (random.OneIn(4))
        {
            return;
        }

        for (int offset = 20; offset + 4 <= _length;)
        {
            int next = offset + 4 + ((BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(offset + 2)) + 3) & ~3);
            if (next > _length)
            {
                Put16(offset + 2, (ushort)(_length - offset - 4 - random.Below(Math.Min(4, _length - offset - 3))));
            }

            offset = next;
        }
    }

    // Where some attribute begins, as far as the lengths so far can be followed.
    private int AnAttribute()
    {
        int offset = 20;
        for (int skip = random.Below(8); skip > 0 && offset + 4 <= _length; skip--)
        {
            int next = offset + 4 + ((BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(offset + 2)) + 3) & ~3);
            if (next + 4 > _length)
            {
                break;
            }

            offset = next;
        }

        return offset;
    }

    private void Fill(int offset, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _buffer[offset + i] = (byte)random.Next();
        }
    }
}
