using System.Text;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Testing;

/// <summary>The users that Binding demands short-term credentials of, if any (RFC 8489 §9.1.3).</summary>
internal sealed class ShortTermUsers : IDisposable
{
    private readonly Dictionary<string, StunIntegrityKey> _keys = [];

    public ShortTermUsers(StunTurnServerOptions options)
    {
        foreach ((string name, string password) in options.ShortTermUsers)
        {
            ShortTermCredential credential = new(name, password);
            _keys.Add(Name(Encoding.UTF8.GetBytes(credential.Username)), credential.CreateKey());
        }
    }

    public bool AreDemanded => _keys.Count > 0;

    public ShortTermCheck Check(in StunReader message, out ServerCredential credential)
    {
        ShortTermCheck check = ShortTermVerifier.Check(message, name => _keys.GetValueOrDefault(Name(name)), out StunIntegrityKey? key, out StunIntegrityAlgorithm algorithm);
        credential = key is null ? default : new ServerCredential(null, key, algorithm);
        return check;
    }

    public void Dispose()
    {
        foreach (StunIntegrityKey key in _keys.Values)
        {
            key.Dispose();
        }
    }

    // Bytes are compared, not text: what is no UTF-8 must not become a name by replacement characters (RFC 8489 §14.3).
    private static string Name(ReadOnlySpan<byte> utf8) => Convert.ToHexString(utf8);
}
