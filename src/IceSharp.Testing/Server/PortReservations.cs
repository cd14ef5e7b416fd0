using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Ports that EVEN-PORT has kept for a later Allocate, by token (RFC 8656 §7.2). Whoever has the token may claim, from any 5-tuple.</summary>
internal sealed class PortReservations(IRandomSource random)
{
    /// <summary>Length of a RESERVATION-TOKEN.</summary>
    public const int TokenBytes = 8;

    // "at least 30 seconds" (RFC 8656 §7.2).
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly List<(byte[] Token, TransportAddress Address, MonotonicTime ExpiresAt)> _all = [];

    public MonotonicTime NextExpiry => _all.Count == 0 ? MonotonicTime.Never : _all[0].ExpiresAt;

    /// <summary>Keeps an address and gives the token for it.</summary>
    public byte[] Reserve(MonotonicTime now, TransportAddress address)
    {
        byte[] token = new byte[TokenBytes];
        random.Fill(token);
        _all.Add((token, address, now + Lifetime));
        return token;
    }

    /// <summary>Takes a reservation out: a token is good once.</summary>
    public bool TryClaim(ReadOnlySpan<byte> token, out TransportAddress address)
    {
        for (int i = 0; i < _all.Count; i++)
        {
            if (token.SequenceEqual(_all[i].Token))
            {
                address = _all[i].Address;
                _all.RemoveAt(i);
                return true;
            }
        }

        address = default;
        return false;
    }

    public bool Holds(TransportAddress address) => _all.Exists(r => r.Address == address);

    // All live equally long, so the oldest ends first.
    public void Expire(MonotonicTime now)
    {
        while (_all.Count > 0 && _all[0].ExpiresAt <= now)
        {
            _all.RemoveAt(0);
        }
    }
}
