using System.Buffers.Binary;
using System.Security.Cryptography;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Makes and opens tickets: which allocation, and which of its tickets, under a key and a nonce of the server's (RFC 8016 §3.1.2).</summary>
internal sealed class MobilityTickets : IDisposable
{
    private const int NonceBytes = 12;
    private const int ContentBytes = 16;
    private const int TagBytes = 16;
    private readonly IRandomSource _random;
    private readonly AesGcm _cipher;

    public MobilityTickets(IRandomSource random)
    {
        Span<byte> key = stackalloc byte[32];
        random.Fill(key);
        _random = random;
        _cipher = new AesGcm(key, TagBytes);
    }

    /// <summary>A number that names an allocation in its tickets.</summary>
    public long NewId()
    {
        Span<byte> bytes = stackalloc byte[8];
        _random.Fill(bytes);
        return BinaryPrimitives.ReadInt64BigEndian(bytes);
    }

    /// <summary>Makes the next ticket of an allocation; the one before is worth nothing any more.</summary>
    public byte[] Issue(Allocation allocation)
    {
        byte[] ticket = new byte[NonceBytes + ContentBytes + TagBytes];
        Span<byte> content = stackalloc byte[ContentBytes];
        BinaryPrimitives.WriteInt64BigEndian(content, allocation.TicketId);
        BinaryPrimitives.WriteInt64BigEndian(content[8..], ++allocation.TicketNumber);
        _random.Fill(ticket.AsSpan(0, NonceBytes));
        _cipher.Encrypt(ticket.AsSpan(0, NonceBytes), content, ticket.AsSpan(NonceBytes, ContentBytes), ticket.AsSpan(NonceBytes + ContentBytes));
        return ticket;
    }

    /// <summary>Opens a ticket; false when this server has not made it.</summary>
    public bool TryOpen(ReadOnlySpan<byte> ticket, out long allocation, out long number)
    {
        (allocation, number) = (0, 0);
        if (ticket.Length != NonceBytes + ContentBytes + TagBytes)
        {
            return false;
        }

        Span<byte> content = stackalloc byte[ContentBytes];
        try
        {
            _cipher.Decrypt(ticket[..NonceBytes], ticket.Slice(NonceBytes, ContentBytes), ticket[(NonceBytes + ContentBytes)..], content);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        allocation = BinaryPrimitives.ReadInt64BigEndian(content);
        number = BinaryPrimitives.ReadInt64BigEndian(content[8..]);
        return true;
    }

    public void Dispose() => _cipher.Dispose();
}
