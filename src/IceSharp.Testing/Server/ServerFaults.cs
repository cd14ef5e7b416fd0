using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Misbehaviour to switch on and off while a server runs, for tests of what clients do about it.</summary>
/// <remarks>Belongs to the machine and is as little thread safe as it is.</remarks>
public sealed class ServerFaults
{
    private readonly Dictionary<StunMethod, (int Count, int Code)> _refusals = [];
    private readonly Dictionary<StunMethod, int> _ignored = [];

    internal ServerFaults()
    {
    }

    /// <summary>Whether the server does nothing with whatever arrives, from clients and peers alike; timers go on.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether the relay drops all data, both ways, while requests are answered.</summary>
    public bool DropsRelayedData { get; set; }

    /// <summary>What is wrong with the integrity of responses.</summary>
    public IntegrityFault Integrity { get; set; }

    /// <summary>Whether responses carry another transaction ID than their requests.</summary>
    public bool MistakesTransactions { get; set; }

    /// <summary>Whether challenges announce password algorithms and do not list them, as after the hand of a bidder-down (RFC 8489 §9.2.1).</summary>
    public bool StripsPasswordAlgorithms { get; set; }

    /// <summary>Whether every nonce is stale as soon as it is given out: 438 for ever.</summary>
    public bool ChangesNoncesForever { get; set; }

    internal int NonceEpoch { get; private set; }

    /// <summary>Answers the next requests of a method with an error.</summary>
    /// <param name="method">The method.</param>
    /// <param name="errorCode">300 to 699. 401 and 438 come as challenges, before credentials are looked at; any other code is sent, with integrity, to requests that carry right ones.</param>
    /// <param name="count">How many; 0 takes an earlier order back.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="errorCode"/> or <paramref name="count"/> is out of range.</exception>
    public void RefuseNext(StunMethod method, int errorCode, int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(errorCode, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(errorCode, 699);
        _refusals[method] = (count, errorCode);
    }

    /// <summary>Lets the next messages of a method go unnoticed.</summary>
    /// <param name="method">The method.</param>
    /// <param name="count">How many; 0 takes an earlier order back.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public void IgnoreNext(StunMethod method, int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 0);
        _ignored[method] = count;
    }

    /// <summary>Makes every nonce given out so far stale: the next request of each client gets 438.</summary>
    public void ExpireNonces() => NonceEpoch++;

    internal StunTransactionId Mistake(StunTransactionId id)
    {
        if (!MistakesTransactions)
        {
            return id;
        }

        Span<byte> bytes = stackalloc byte[12];
        id.WriteTo(bytes);
        bytes[11] ^= 1;
        return StunTransactionId.Read(bytes);
    }

    internal bool TakeIgnored(StunMethod method)
    {
        int count = _ignored.GetValueOrDefault(method);
        _ignored[method] = Math.Max(count - 1, 0);
        return count > 0;
    }

    internal bool TryTakeRefusal(StunMethod method, bool asChallenge, out int errorCode)
    {
        errorCode = 0;
        if (!_refusals.TryGetValue(method, out (int Count, int Code) order) || order.Count == 0 || asChallenge != (order.Code is 401 or 438))
        {
            return false;
        }

        _refusals[method] = order with { Count = order.Count - 1 };
        errorCode = order.Code;
        return true;
    }
}
