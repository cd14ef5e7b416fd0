using System.Net;
using IceSharp.Internal.Network.Dns;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Internal.Stun;

/// <summary>One call of the application: the places that it tries, and what came of each.</summary>
internal sealed class StunQuery(StunSessions sessions)
{
    private readonly Lock _gate = new();
    private readonly List<StunAttempt> _attempts = [];

    public IceReport Report
    {
        get
        {
            lock (_gate)
            {
                return IceReport.Empty with { Attempts = [.. _attempts] };
            }
        }
    }

    /// <summary>Asks at one place, and at those that it redirects to.</summary>
    /// <returns>What the server answered, good or bad.</returns>
    /// <exception cref="StunException">It did not answer, so that another place may be tried.</exception>
    public async Task<StunAnswer> AskAsync(StunPlace place, CancellationToken cancellationToken)
    {
        AlternateServerGuard? guard = null;
        while (true)
        {
            StunAnswer answer;
            try
            {
                answer = await AskOnceAsync(place, guard, cancellationToken).ConfigureAwait(false);
            }
            catch (StunException e)
            {
                Note(place, e.Sentence);
                throw;
            }
            catch (OperationCanceledException)
            {
                Note(place, "given up");
                throw;
            }

            StunRequestOutcome outcome = answer.Outcome;
            if (outcome.Redirect is not { } redirect)
            {
                Note(place, outcome.Error == StunRequestError.None ? $"{outcome.MappedAddress}" : Describe(outcome).Sentence);
                return answer;
            }

            Note(place, $"redirected to {redirect.Address}");
            guard = outcome.RedirectGuard;
            place = place with { Address = redirect.Address, Identity = redirect.CertificateName ?? place.Identity };
        }
    }

    /// <summary>Notes what was tried.</summary>
    public void Note(StunPlace place, string outcome)
    {
        lock (_gate)
        {
            _attempts.Add(new StunAttempt(place.Transport, place.EndPoint, outcome));
        }
    }

    /// <summary>Turns an answer into what the application gets.</summary>
    /// <exception cref="StunException">The answer is no success.</exception>
    public StunBinding Conclude(StunAnswer answer)
    {
        StunRequestOutcome outcome = answer.Outcome;
        if (outcome is not { Error: StunRequestError.None, MappedAddress: { } mapped })
        {
            throw Describe(outcome).With(Report);
        }

        return new StunBinding
        {
            MappedAddress = NameServerList.ToEndPoint(mapped),
            LocalAddress = answer.Local,
            Server = NameServerList.ToEndPoint(outcome.Server),
            Transport = answer.Place.Transport,
            RoundTripTime = outcome.RoundTripTime,
            Software = outcome.Software,
            OtherAddress = AddressOf(outcome, StunAttributeType.OtherAddress),
            ResponseOrigin = AddressOf(outcome, StunAttributeType.ResponseOrigin),
            Attributes = outcome.Attributes,
            Report = Report,
        };
    }

    private async Task<StunAnswer> AskOnceAsync(StunPlace place, AlternateServerGuard? guard, CancellationToken cancellationToken)
    {
        for (bool isRepeat = false; ; isRepeat = true)
        {
            StunSession session = await sessions.GetAsync(place, cancellationToken).ConfigureAwait(false);
            bool wasProven = session.HasAnswered;
            StunRequestOutcome outcome = await session.BindAsync(guard, cancellationToken).ConfigureAwait(false);
            bool isDead = place.Kind == StunLinkKind.Stream && outcome.Error is StunRequestError.Timeout or StunRequestError.ConnectionClosed;
            if (isDead)
            {
                session.Abandon();
            }

            // A connection that was idle may have died unnoticed: once more over a new one (RFC 8489 §6.2.2).
            if (isDead && wasProven && !isRepeat && session.Fault is null)
            {
                Note(place, "the connection from before was dead");
                continue;
            }

            if (outcome.Error is StunRequestError.Timeout or StunRequestError.Unreachable or StunRequestError.ConnectionClosed or StunRequestError.Closed
                or StunRequestError.IntegrityViolated)
            {
                throw Describe(outcome, session.Fault);
            }

            return new StunAnswer(place, session.Local, outcome);
        }
    }

    private static StunException Describe(StunRequestOutcome outcome, string? fault = null)
    {
        string reason = outcome.ReasonPhrase is { Length: > 0 } phrase ? $" ({phrase})" : string.Empty;
        return outcome.Error switch
        {
            StunRequestError.Timeout => new(IceError.ServerSilent, $"The server did not answer {outcome.Transmissions} messages in time."),
            StunRequestError.Unreachable => new(IceError.ServerUnreachable, "Nobody listens on that port."),
            StunRequestError.ConnectionClosed when fault is not null => new(IceError.ServerMisbehaved, $"The server was cut off: {fault}."),
            StunRequestError.ConnectionClosed => new(IceError.ConnectionLost, "The connection ended before the answer."),
            StunRequestError.Closed => new(IceError.ClientClosed, "The client was disposed of."),
            StunRequestError.IntegrityViolated => new(IceError.IntegrityViolated, "The answers are not signed with the password."),
            StunRequestError.AuthenticationFailed => new(IceError.AuthenticationFailed, $"The server's challenge {outcome.ErrorCode}{reason} was not answered: {outcome.AuthenticationFailure}.")
            {
                ErrorCode = outcome.ErrorCode,
                ReasonPhrase = outcome.ReasonPhrase,
                AuthenticationFailure = outcome.AuthenticationFailure,
            },
            StunRequestError.RedirectRefused => new(IceError.RedirectRefused, $"The server's redirection was not followed: {outcome.RedirectRefusal}.")
            {
                ErrorCode = outcome.ErrorCode,
                RedirectRefusal = outcome.RedirectRefusal,
            },
            StunRequestError.ErrorResponse => new(IceError.ServerRejected, $"The server answered with error {outcome.ErrorCode}{reason}.")
            {
                ErrorCode = outcome.ErrorCode,
                ReasonPhrase = outcome.ReasonPhrase,
                UnknownAttributes = outcome.UnknownAttributes,
            },
            _ => new(IceError.ServerMisbehaved, $"The server's answer cannot be used: {outcome.Error}."),
        };
    }

    private static IPEndPoint? AddressOf(StunRequestOutcome outcome, StunAttributeType type)
    {
        foreach (StunReceivedAttribute attribute in outcome.Attributes)
        {
            if (attribute.Type == type)
            {
                return attribute.TryReadAddress(out TransportAddress address) ? NameServerList.ToEndPoint(address) : null;
            }
        }

        return null;
    }
}
