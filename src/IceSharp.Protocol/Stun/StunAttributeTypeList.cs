using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Stun;

/// <summary>The types that an UNKNOWN-ATTRIBUTES attribute lists (RFC 8489 §14.13).</summary>
/// <remarks>Points into the received bytes and is valid as long as they are.</remarks>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "A view of wire bytes, not a collection type.")]
public readonly ref struct StunAttributeTypeList
{
    private readonly ReadOnlySpan<byte> _value;

    internal StunAttributeTypeList(ReadOnlySpan<byte> value) => _value = value;

    /// <summary>Number of types.</summary>
    public int Count => _value.Length / 2;

    /// <summary>The type at a place.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative or not below <see cref="Count"/>.</exception>
    public StunAttributeType this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return (StunAttributeType)BinaryPrimitives.ReadUInt16BigEndian(_value[(2 * index)..]);
        }
    }

    /// <summary>Whether a type is in the list.</summary>
    public bool Contains(StunAttributeType type)
    {
        for (int i = 0; i < Count; i++)
        {
            if (this[i] == type)
            {
                return true;
            }
        }

        return false;
    }
}
