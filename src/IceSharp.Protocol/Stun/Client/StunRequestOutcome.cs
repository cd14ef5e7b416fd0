using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Stun.Client;

/// <summary>How a Binding request ended, and what its response said.</summary>
[Experimental("ICE0001")]
public sealed record StunRequestOutcome
{
    /// <summary>The number that <see cref="StunClientMachine.TryStartBinding"/> gave the request.</summary>
    public required long RequestId { get; init; }

    /// <summary>How it ended.</summary>
    public required StunRequestError Error { get; init; }

    /// <summary>The server that it ended with.</summary>
    public required TransportAddress Server { get; init; }

    /// <summary>The address that the server saw; null unless it succeeded.</summary>
    public TransportAddress? MappedAddress { get; init; }

    /// <summary>Round trip time of the last transaction; null when it cannot be told because the request was repeated, or there was no response.</summary>
    public TimeSpan? RoundTripTime { get; init; }

    /// <summary>Messages sent for it: copies, answers to challenges and repeats after errors of the server all count.</summary>
    public int Transmissions { get; init; }

    /// <summary>The error code, 300 to 699; 0 when there was none.</summary>
    public int ErrorCode { get; init; }

    /// <summary>The server's words for <see cref="ErrorCode"/>, made safe for logs; null when there were none.</summary>
    public string? ReasonPhrase { get; init; }

    /// <summary>What the server said it runs, made safe for logs; null when it did not.</summary>
    public string? Software { get; init; }

    /// <summary>Types that a 420 lists as unknown to the server.</summary>
    public IReadOnlyList<StunAttributeType> UnknownAttributes { get; init; } = [];

    /// <summary>Every attribute of the response in its order, those behind its integrity left out.</summary>
    public IReadOnlyList<StunReceivedAttribute> Attributes { get; init; } = [];

    /// <summary>Why a challenge was not answered.</summary>
    public LongTermFailure AuthenticationFailure { get; init; }

    /// <summary>Why a redirection was not followed; <see cref="AlternateServerOutcome.Follow"/> when there was none, or it was.</summary>
    public AlternateServerOutcome RedirectRefusal { get; init; }

    /// <summary>Where to send the request next, when the outcome is <see cref="StunRequestError.Redirected"/>.</summary>
    public AlternateServer? Redirect { get; init; }

    /// <summary>What to hand to the next server's machine with the redirected request, so that redirections end.</summary>
    public AlternateServerGuard? RedirectGuard { get; init; }
}
