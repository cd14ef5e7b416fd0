using System.Net.Sockets;
using IceSharp.Protocol.Turn;

namespace IceSharp.Internal.Turn;

/// <summary>What went wrong, in the words of the public face.</summary>
internal static class TurnFaults
{
    public static TurnException ClientClosed() => new(IceError.ClientClosed, "The client or allocation was disposed of.");

    /// <summary>What the machine says of a request or of the whole allocation.</summary>
    /// <param name="what">What failed: "The allocation", "The permission for 192.0.2.1".</param>
    /// <param name="fact">The machine's event.</param>
    public static TurnException From(string what, in TurnEvent fact)
    {
        string code = fact.ErrorCode == 0 ? string.Empty : $" (error {fact.ErrorCode}{(fact.ReasonPhrase is { Length: > 0 } phrase ? $" {phrase}" : string.Empty)})";
        (IceError error, string sentence) = fact.Failure switch
        {
            TurnFailure.Timeout => (IceError.ServerSilent, "the server did not answer"),
            TurnFailure.Unreachable => (IceError.ServerUnreachable, "nobody listens on that port"),
            TurnFailure.IntegrityViolated => (IceError.IntegrityViolated, "the answers are not signed with the password"),
            TurnFailure.MalformedResponse => (IceError.ServerMisbehaved, "the server's answer cannot be used"),
            TurnFailure.CredentialsMissing => (IceError.AuthenticationFailed, "the server demands credentials and there are none"),
            TurnFailure.Unauthorized => (IceError.AuthenticationFailed, "the server refuses user or password"),
            TurnFailure.StaleNonce => (IceError.AuthenticationFailed, "the server calls every nonce stale"),
            TurnFailure.WrongCredentials => (IceError.AuthenticationFailed, "the allocation belongs to another user"),
            TurnFailure.BadChallenge or TurnFailure.BidDown or TurnFailure.UnsupportedAlgorithm or TurnFailure.RealmUnusable or TurnFailure.AnonymityUnavailable =>
                (IceError.AuthenticationFailed, $"the server's challenge cannot be answered: {fact.Failure}"),
            TurnFailure.TryAlternate => (IceError.RedirectRefused, "the server's redirection was not followed"),
            TurnFailure.Forbidden => (IceError.ServerRejected, "the server forbids it"),
            TurnFailure.QuotaReached => (IceError.ServerRejected, "the user's quota is reached: wait at least a minute"),
            TurnFailure.InsufficientCapacity => (IceError.ServerRejected, "the server has no capacity left: wait at least a minute"),
            TurnFailure.Expired => (IceError.AllocationLost, "it ran out before the server confirmed a refresh"),
            _ => (IceError.ServerRejected, $"the server refused: {fact.Failure}"),
        };
        return new TurnException(error, $"{what} failed: {sentence}{code}.") { Failure = fact.Failure, ErrorCode = fact.ErrorCode, ReasonPhrase = fact.ReasonPhrase };
    }

    /// <summary>What kept a connection to the server from being made.</summary>
    public static TurnException FromConnecting(Exception cause) => cause switch
    {
        TurnException turn => turn,
        StunException stun => new TurnException(stun.Error, stun.Sentence, innerException: stun) { ErrorCode = stun.ErrorCode, TlsFailure = stun.TlsFailure },
        IceException ice => new TurnException(ice.Error, ice.Message, innerException: ice),
        SocketException socket => new TurnException(IceError.ServerUnreachable, $"No connection: {socket.SocketErrorCode}.", innerException: socket),
        TimeoutException late => new TurnException(IceError.ServerSilent, late.Message, innerException: late),
        IOException io => new TurnException(IceError.TlsFailed, $"The handshake failed ({io.Message}).", innerException: io) { TlsFailure = IceTlsFailure.Handshake },
        _ => new TurnException(IceError.ServerUnreachable, $"No connection: {cause.Message}", innerException: cause),
    };

    /// <summary>Whether another transport or address of the same server would get the same answer (RFC 8656 §7.4).</summary>
    public static bool IsFinal(TurnException fault) => fault.Failure is TurnFailure.Unauthorized or TurnFailure.CredentialsMissing or TurnFailure.Forbidden
        or TurnFailure.WrongCredentials or TurnFailure.QuotaReached or TurnFailure.InsufficientCapacity or TurnFailure.AddressFamilyNotSupported or TurnFailure.BadRequest
        or TurnFailure.UnsupportedTransport;

    /// <summary>How much a failure tells: a refused certificate says more than the silence of another address.</summary>
    public static int Telling(TurnException fault) => fault.Error switch
    {
        IceError.TlsFailed => 7,
        IceError.AuthenticationFailed => 6,
        IceError.ServerRejected => 5,
        IceError.IntegrityViolated => 4,
        IceError.ProxyRefused => 4,
        IceError.ServerMisbehaved or IceError.RedirectRefused => 3,
        IceError.ConnectionLost => 2,
        IceError.ServerSilent => 1,
        _ => 0,
    };
}
