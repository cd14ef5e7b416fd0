using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Stun;

/// <summary>The entries of a PASSWORD-ALGORITHMS attribute in the server's order of preference (RFC 8489 §14.11).</summary>
/// <remarks>Points into the received bytes and is valid as long as they are.</remarks>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "A view of wire bytes, not a collection type.")]
public readonly ref struct StunPasswordAlgorithmList
{
    private const int EntryHeaderBytes = 4;

    private readonly ReadOnlySpan<byte> _value;

    internal StunPasswordAlgorithmList(ReadOnlySpan<byte> value) => _value = value;

    /// <summary>Walks the entries.</summary>
    public Enumerator GetEnumerator() => new(_value);

    // Whether every entry lies within the value. The last one's padding may be left to the attribute's own.
    internal static bool IsWellFormed(ReadOnlySpan<byte> value)
    {
        while (!value.IsEmpty)
        {
            if (value.Length < EntryHeaderBytes)
            {
                return false;
            }

            int parameters = BinaryPrimitives.ReadUInt16BigEndian(value[2..]);
            if (parameters > value.Length - EntryHeaderBytes)
            {
                return false;
            }

            value = value[Math.Min(EntryHeaderBytes + StunWire.Padded(parameters), value.Length)..];
        }

        return true;
    }

    /// <summary>Walks entries.</summary>
    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "The enumerator pattern of a ref struct.")]
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> value) => _rest = value;

        /// <summary>The entry the walk stands on.</summary>
        public StunPasswordAlgorithmEntry Current { get; private set; }

        /// <summary>Moves to the next entry, or returns false behind the last one.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            int parameters = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
            Current = new StunPasswordAlgorithmEntry(
                (StunPasswordAlgorithm)BinaryPrimitives.ReadUInt16BigEndian(_rest), _rest.Slice(EntryHeaderBytes, parameters));
            _rest = _rest[Math.Min(EntryHeaderBytes + StunWire.Padded(parameters), _rest.Length)..];
            return true;
        }
    }
}
