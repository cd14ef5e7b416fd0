using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>The short-term credential mechanism as a server lives it (RFC 8489 §9.1.3). Without state, allocates nothing.</summary>
[Experimental("ICE0001")]
public static class ShortTermVerifier
{
    /// <summary>Checks presence, user and integrity, in this order.</summary>
    /// <param name="message">A request or indication.</param>
    /// <param name="lookup">Finds the key of a user by its USERNAME as it came; null when there is no such user. The bytes are not to be kept.</param>
    /// <param name="key">The key to sign the response with; null unless the message is accepted.</param>
    /// <param name="algorithm">The kind of integrity of the message, the only one that the response carries.</param>
    public static ShortTermCheck Check(in StunReader message, Func<ReadOnlySpan<byte>, StunIntegrityKey?> lookup, out StunIntegrityKey? key, out StunIntegrityAlgorithm algorithm)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        algorithm = message.HasIntegritySha256 ? StunIntegrityAlgorithm.HmacSha256 : StunIntegrityAlgorithm.HmacSha1;
        ShortTermCheck check = CheckRequest(message, lookup, out key);
        if (check == ShortTermCheck.Accepted)
        {
            return check;
        }

        key = null;
        return message.Class == StunClass.Indication ? ShortTermCheck.Discard : check;
    }

    /// <summary>Adds to a response the integrity that its request entitles to, and nothing else.</summary>
    /// <param name="writer">The response, with all its own attributes.</param>
    /// <param name="key">The key that <see cref="Check"/> gave.</param>
    /// <param name="algorithm">The kind that <see cref="Check"/> gave.</param>
    /// <exception cref="ArgumentException">The buffer is too short.</exception>
    public static void Sign(ref StunWriter writer, StunIntegrityKey key, StunIntegrityAlgorithm algorithm)
    {
        if (algorithm == StunIntegrityAlgorithm.HmacSha256)
        {
            writer.AddIntegritySha256(key);
        }
        else
        {
            writer.AddIntegrity(key);
        }
    }

    private static ShortTermCheck CheckRequest(in StunReader message, Func<ReadOnlySpan<byte>, StunIntegrityKey?> lookup, out StunIntegrityKey? key)
    {
        key = null;
        if (!message.TryFind(StunAttributeType.Username, out StunAttribute username) || (!message.HasIntegrity && !message.HasIntegritySha256))
        {
            return ShortTermCheck.BadRequest;
        }

        // Longer than anybody has to be able to parse (RFC 8489 §14.3): nothing to look up.
        if (username.Value.Length > StunWire.MaxTextBytes)
        {
            return ShortTermCheck.BadRequest;
        }

        key = lookup(username.Value);
        if (key is null)
        {
            return ShortTermCheck.Unauthenticated;
        }

        StunIntegrityStatus status = message.HasIntegritySha256 ? message.VerifyIntegritySha256(key) : message.VerifyIntegrity(key);
        return status switch
        {
            StunIntegrityStatus.Ok => ShortTermCheck.Accepted,

            // No HMAC has this length: the request is malformed, not forged.
            StunIntegrityStatus.BadLength => ShortTermCheck.BadRequest,
            _ => ShortTermCheck.Unauthenticated,
        };
    }
}
