using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Writes responses: what stands in each of them, in which order, protected by what, and remembered for how long.</summary>
internal sealed class ServerResponses(StunTurnServerOptions options, ServerFaults faults, NonceIssuer nonces, ResponseCache cache, ServerOutbox outbox)
{
    private const int MaxResponseBytes = 2048;

    /// <summary>Starts a success response in a rented buffer; end it with <see cref="Send"/>.</summary>
    public StunWriter Success(in ServerRequest request, out byte[] buffer) => Begin(request, StunClass.SuccessResponse, out buffer);

    /// <summary>Adds SOFTWARE, integrity and fingerprint, queues the response and remembers it if the request was authenticated.</summary>
    public ReadOnlySpan<byte> Send(MonotonicTime now, in ServerRequest request, ref StunWriter writer, byte[] buffer)
    {
        if (options.Software is { } software)
        {
            writer.AddText(StunAttributeType.Software, software);
        }

        AddIntegrity(request.Credential, ref writer, buffer);
        if (request.WantsFingerprint)
        {
            writer.AddFingerprint();
        }

        // Only requests that were let in cost memory; all others are answered anew, with the same result.
        if (request.Method != StunMethod.Binding && (request.Credential.Key is not null || options.IsOpen))
        {
            cache.Add(now, request, writer.Written);
        }

        outbox.Commit(request.FiveTuple.Listener, request.FiveTuple.Client, buffer, writer.Length);
        return writer.Written;
    }

    public void Error(MonotonicTime now, in ServerRequest request, int code)
    {
        StunWriter writer = Begin(request, StunClass.ErrorResponse, out byte[] buffer);
        writer.AddErrorCode(code, Reason(code));
        Send(now, request, ref writer, buffer);
    }

    /// <summary>401 or 438: with realm and a fresh nonce. It has no integrity because a request that gets one has no credential yet (RFC 8489 §9.2.4).</summary>
    public void Challenge(MonotonicTime now, in ServerRequest request, int code)
    {
        StunWriter writer = Begin(request, StunClass.ErrorResponse, out byte[] buffer);
        writer.AddErrorCode(code, Reason(code));
        if (options.Users.Count > 0 || options.TokenServerName is null)
        {
            writer.AddText(StunAttributeType.Realm, options.Realm);
        }

        writer.AddBytes(StunAttributeType.Nonce, nonces.Issue(now, request.FiveTuple.Client));
        if (options.TokenServerName is { } name)
        {
            writer.AddText(StunAttributeType.ThirdPartyAuthorization, name);
        }

        if (options.LongTerm == LongTermMode.Rfc8489 && !faults.StripsPasswordAlgorithms)
        {
            writer.AddPasswordAlgorithms(LongTermAuthenticator.OfferedAlgorithms);
        }

        Send(now, request, ref writer, buffer);
    }

    public void UnknownAttributes(MonotonicTime now, in ServerRequest request, ReadOnlySpan<StunAttributeType> types)
    {
        StunWriter writer = Begin(request, StunClass.ErrorResponse, out byte[] buffer);
        writer.AddErrorCode(420, Reason(420));
        writer.AddUnknownAttributes(types);
        Send(now, request, ref writer, buffer);
    }

    /// <summary>300 with the other servers, those of the client's family first (RFC 8489 §10).</summary>
    public void Redirect(MonotonicTime now, in ServerRequest request)
    {
        IpFamily family = request.FiveTuple.Client.Address.Family;
        StunWriter writer = Begin(request, StunClass.ErrorResponse, out byte[] buffer);
        writer.AddErrorCode(300, Reason(300));
        foreach (TransportAddress server in options.AlternateServers.OrderByDescending(s => s.Family == family))
        {
            writer.AddAddress(StunAttributeType.AlternateServer, server);
        }

        Send(now, request, ref writer, buffer);
    }

    private StunWriter Begin(in ServerRequest request, StunClass @class, out byte[] buffer)
    {
        buffer = ServerOutbox.Rent(MaxResponseBytes);
        return new StunWriter(buffer.AsSpan(0, MaxResponseBytes), request.Method, @class, faults.Mistake(request.TransactionId));
    }

    private void AddIntegrity(ServerCredential credential, ref StunWriter writer, byte[] buffer)
    {
        if (credential.Key is not { } key || faults.Integrity == IntegrityFault.Omitted)
        {
            return;
        }

        if (credential.Algorithm == StunIntegrityAlgorithm.HmacSha1)
        {
            writer.AddIntegrity(key);
        }
        else
        {
            writer.AddIntegritySha256(key);
        }

        if (faults.Integrity == IntegrityFault.Corrupted)
        {
            buffer[writer.Length - 1] ^= 1;
        }
    }

    public static string Reason(int code) => code switch
    {
        300 => "Try Alternate",
        400 => "Bad Request",
        401 => "Unauthenticated",
        403 => "Forbidden",
        405 => "Mobility Forbidden",
        420 => "Unknown Attribute",
        437 => "Allocation Mismatch",
        438 => "Stale Nonce",
        440 => "Address Family not Supported",
        441 => "Wrong Credentials",
        442 => "Unsupported Transport Protocol",
        443 => "Peer Address Family Mismatch",
        446 => "Connection Already Exists",
        447 => "Connection Timeout or Failure",
        486 => "Allocation Quota Reached",
        500 => "Server Error",
        508 => "Insufficient Capacity",
        _ => "Error",
    };
}
