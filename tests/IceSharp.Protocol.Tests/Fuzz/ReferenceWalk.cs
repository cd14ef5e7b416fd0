using System.Buffers.Binary;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Fuzz;

/// <summary>The structure of a message, worked out a second time from the text of RFC 8489 §5 and §14, plainly and slowly.</summary>
internal sealed class ReferenceWalk
{
    private readonly List<(ushort Type, int Offset, int Length)> _all = [];

    public StunParseStatus Status { get; private set; }

    /// <summary>What a receiver may see: everything before the first integrity or fingerprint attribute.</summary>
    public List<(ushort Type, int Offset, int Length)> Visible { get; } = [];

    public bool HasIntegrity => Has(0x0008);

    public bool HasIntegritySha256 => Has(0x001C);

    public bool HasFingerprint => Has(0x8028);

    public int AttributeCount => _all.Count;

    public void Walk(ReadOnlySpan<byte> bytes)
    {
        _all.Clear();
        Visible.Clear();
        Status = Judge(bytes);
        if (Status != StunParseStatus.Ok)
        {
            return;
        }

        foreach ((ushort Type, int Offset, int Length) attribute in _all)
        {
            if (attribute.Type is 0x0008 or 0x001C or 0x8028)
            {
                return;
            }

            Visible.Add(attribute);
        }
    }

    /// <summary>The place of the first visible attribute of a type; -1 for none.</summary>
    public int First(ushort type)
    {
        for (int i = 0; i < Visible.Count; i++)
        {
            if (Visible[i].Type == type)
            {
                return i;
            }
        }

        return -1;
    }

    private bool Has(ushort type)
    {
        foreach ((ushort Type, int Offset, int Length) attribute in _all)
        {
            if (attribute.Type == type)
            {
                return true;
            }
        }

        return false;
    }

    private StunParseStatus Judge(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 20)
        {
            return StunParseStatus.TooShort;
        }

        if ((bytes[0] & 0xC0) != 0)
        {
            return StunParseStatus.LeadingBits;
        }

        if (!bytes.Slice(4, 4).SequenceEqual<byte>([0x21, 0x12, 0xA4, 0x42]))
        {
            return StunParseStatus.BadCookie;
        }

        int length = (bytes[2] * 256) + bytes[3];
        if (length % 4 != 0)
        {
            return StunParseStatus.LengthNotMultipleOf4;
        }

        if (20 + length != bytes.Length)
        {
            return 20 + length > bytes.Length ? StunParseStatus.LengthExceedsBuffer : StunParseStatus.TrailingBytes;
        }

        for (int at = 20; at < bytes.Length;)
        {
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            int value = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            _all.Add((type, at + 4, value));
            at += 4 + value + ((4 - (value % 4)) % 4);
            if (at > bytes.Length)
            {
                return StunParseStatus.AttributeOverrun;
            }
        }

        return StunParseStatus.Ok;
    }
}
