using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>The STUN messages of connectivity checks and keepalives (RFC 8445 §7.1, §7.3, §11).</summary>
internal static class CheckMessages
{
    /// <summary>The longest is a request with a USERNAME of 289 bytes; a 420 lists at most 16 types.</summary>
    public const int MaxBytes = 512;

    public static ReadOnlySpan<byte> Request(
        Span<byte> buffer, in StunTransactionId id, ReadOnlySpan<byte> username, uint priority, AgentRole role, bool useCandidate, uint? nomination, StunIntegrityKey key)
    {
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, id);
        writer.AddBytes(StunAttributeType.Username, username);
        writer.AddUInt32(StunAttributeType.Priority, priority);
        writer.AddUInt64(role.IsControlling ? StunAttributeType.IceControlling : StunAttributeType.IceControlled, role.TieBreaker);
        if (useCandidate)
        {
            writer.AddFlag(StunAttributeType.UseCandidate);
        }

        if (nomination is { } value)
        {
            writer.AddNomination(value);
        }

        writer.AddIntegrity(key);
        writer.AddFingerprint();
        return buffer[..writer.Length];
    }

    public static ReadOnlySpan<byte> Success(Span<byte> buffer, in StunTransactionId id, TransportAddress mapped, StunIntegrityKey key)
    {
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.SuccessResponse, id);
        writer.AddXorAddress(StunAttributeType.XorMappedAddress, mapped);
        writer.AddIntegrity(key);
        writer.AddFingerprint();
        return buffer[..writer.Length];
    }

    /// <summary>An error response; without a key when the request could not be authenticated (RFC 8489 §9.1.3).</summary>
    public static ReadOnlySpan<byte> Error(
        Span<byte> buffer, in StunTransactionId id, int code, string reason, StunIntegrityKey? key, ReadOnlySpan<StunAttributeType> unknown = default)
    {
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.ErrorResponse, id);
        writer.AddErrorCode(code, reason);
        if (!unknown.IsEmpty)
        {
            writer.AddUnknownAttributes(unknown);
        }

        if (key is not null)
        {
            writer.AddIntegrity(key);
        }

        writer.AddFingerprint();
        return buffer[..writer.Length];
    }

    /// <summary>A Binding indication with nothing but FINGERPRINT: 28 bytes.</summary>
    public static ReadOnlySpan<byte> Keepalive(Span<byte> buffer, in StunTransactionId id)
    {
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Indication, id);
        writer.AddFingerprint();
        return buffer[..writer.Length];
    }
}
