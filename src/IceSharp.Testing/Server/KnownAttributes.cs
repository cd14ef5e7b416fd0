using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Which comprehension-required attributes the server knows; all others get 420 (RFC 8489 §6.3.1).</summary>
/// <remarks>A type counts as known only when the feature it belongs to is there.</remarks>
internal sealed class KnownAttributes(StunTurnServerOptions options, AlternateListeners listeners)
{
    /// <summary>More than these are not reported: a response has to stay small.</summary>
    public const int MaxReported = 16;

    /// <summary>Finds the unknown types, each once, in order of first appearance.</summary>
    public int FindUnknown(SocketHandle listener, in StunReader message, Span<StunAttributeType> unknown)
    {
        int count = 0;
        foreach (StunAttribute attribute in message)
        {
            if (attribute.IsComprehensionRequired && !IsKnown(attribute.Type) && !IsKnownOfBinding(listener, message, attribute.Type) && !unknown[..count].Contains(attribute.Type) && count < unknown.Length)
            {
                unknown[count++] = attribute.Type;
            }
        }

        return count;
    }

    private bool IsKnown(StunAttributeType type) => type switch
    {
        StunAttributeType.MappedAddress or StunAttributeType.Username or StunAttributeType.ErrorCode or StunAttributeType.UnknownAttributes
            or StunAttributeType.ChannelNumber or StunAttributeType.Lifetime or StunAttributeType.XorPeerAddress or StunAttributeType.Data
            or StunAttributeType.Realm or StunAttributeType.Nonce or StunAttributeType.XorRelayedAddress or StunAttributeType.RequestedTransport or StunAttributeType.DontFragment or StunAttributeType.XorMappedAddress
            or StunAttributeType.EvenPort or StunAttributeType.ReservationToken => true,
        StunAttributeType.RequestedAddressFamily => !options.IsRfc5766,
        StunAttributeType.ConnectionId => options.RelaysTcp,
        StunAttributeType.AccessToken => options.TokenServerName is not null,
        StunAttributeType.PasswordAlgorithm or StunAttributeType.UserHash => options.LongTerm == LongTermMode.Rfc8489,
        _ => false,
    };

    // RFC 5780 §6: without a second address CHANGE-REQUEST is an unknown attribute like others.
    private bool IsKnownOfBinding(SocketHandle listener, in StunReader message, StunAttributeType type) =>
        options.OffersBehaviorDiscovery && message.Method == StunMethod.Binding && type switch
        {
            StunAttributeType.ResponsePort or StunAttributeType.Padding => true,
            StunAttributeType.ChangeRequest => listeners.TryFindOther(listener, out _),
            _ => false,
        };
}
