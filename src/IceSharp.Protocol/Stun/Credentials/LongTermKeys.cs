using System.Text;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>What a realm and an algorithm make of a credential.</summary>
internal sealed class LongTermKeys : IDisposable
{
    private LongTermKeys(byte[] realm, StunPasswordAlgorithm algorithm, StunIntegrityKey key, byte[] userHash)
    {
        Realm = realm;
        Algorithm = algorithm;
        Key = key;
        UserHash = userHash;
    }

    /// <summary>The realm as it came, to be echoed.</summary>
    public byte[] Realm { get; }

    public StunPasswordAlgorithm Algorithm { get; }

    public StunIntegrityKey Key { get; }

    public byte[] UserHash { get; }

    /// <summary>Makes the keys; null when the realm is no OpaqueString.</summary>
    public static LongTermKeys? TryCreate(LongTermCredential credential, ReadOnlySpan<byte> realm, StunPasswordAlgorithm algorithm)
    {
        string text = LongTermKey.TrimName(Encoding.UTF8.GetString(realm), nameof(realm));
        if (OpaqueString.TryEnforce(text, out string? prepared) != OpaqueStringStatus.Ok)
        {
            return null;
        }

        byte[] userHash = new byte[LongTermKey.UserHashBytes];
        LongTermKey.HashPreparedUser(credential.HashedUsername, prepared!, userHash);
        StunIntegrityKey key = LongTermKey.FromPrepared(algorithm, credential.HashedUsername, prepared!, credential.Password);
        return new LongTermKeys(realm.ToArray(), algorithm, key, userHash);
    }

    public void Dispose() => Key.Dispose();
}
