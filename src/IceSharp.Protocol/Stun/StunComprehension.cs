namespace IceSharp.Protocol.Stun;

/// <summary>Which comprehension-required attributes (0x0000 to 0x7FFF) this library knows (RFC 8489 §6.3, §14).</summary>
public static class StunComprehension
{
    /// <summary>Whether the attribute may stand in a message that is worked in: it is known, or comprehension-optional.</summary>
    public static bool IsUnderstood(StunAttributeType type) => type switch
    {
        >= (StunAttributeType)0x8000 => true,
        StunAttributeType.MappedAddress or StunAttributeType.ChangeRequest or StunAttributeType.Username or
        StunAttributeType.MessageIntegrity or StunAttributeType.ErrorCode or StunAttributeType.UnknownAttributes or
        StunAttributeType.ChannelNumber or StunAttributeType.Lifetime or StunAttributeType.XorPeerAddress or
        StunAttributeType.Data or StunAttributeType.Realm or StunAttributeType.Nonce or
        StunAttributeType.XorRelayedAddress or StunAttributeType.RequestedAddressFamily or StunAttributeType.EvenPort or
        StunAttributeType.RequestedTransport or StunAttributeType.DontFragment or StunAttributeType.AccessToken or
        StunAttributeType.MessageIntegritySha256 or StunAttributeType.PasswordAlgorithm or StunAttributeType.UserHash or
        StunAttributeType.XorMappedAddress or StunAttributeType.ReservationToken or StunAttributeType.Priority or
        StunAttributeType.UseCandidate or StunAttributeType.Padding or StunAttributeType.ResponsePort or
        StunAttributeType.ConnectionId => true,
        _ => false,
    };

    /// <summary>Whether the attribute was comprehension-required in RFC 3489 and is reserved since; a client of old servers ignores it (RFC 5389 §12.1).</summary>
    public static bool IsRfc3489Leftover(StunAttributeType type) => (ushort)type is 0x0002 or 0x0004 or 0x0005 or 0x000B;

    /// <summary>Collects the attributes of a message that are not understood, each type once, in order of first appearance (RFC 8489 §6.3.1).</summary>
    /// <param name="message">The message; attributes that stand behind its integrity do not count.</param>
    /// <param name="unknown">Where they go; those that do not fit are left out.</param>
    /// <returns>How many were written.</returns>
    public static int CollectUnknown(in StunReader message, Span<StunAttributeType> unknown)
    {
        int count = 0;
        foreach (StunAttribute attribute in message)
        {
            if (!IsUnderstood(attribute.Type) && count < unknown.Length && !unknown[..count].Contains(attribute.Type))
            {
                unknown[count++] = attribute.Type;
            }
        }

        return count;
    }

    /// <summary>Whether a message has an attribute that is not understood.</summary>
    /// <param name="message">The message.</param>
    /// <param name="tolerateRfc3489">Ignores what <see cref="IsRfc3489Leftover"/> names. Never in ICE checks.</param>
    public static bool HasUnknown(in StunReader message, bool tolerateRfc3489 = false)
    {
        foreach (StunAttribute attribute in message)
        {
            if (!IsUnderstood(attribute.Type) && !(tolerateRfc3489 && IsRfc3489Leftover(attribute.Type)))
            {
                return true;
            }
        }

        return false;
    }
}
