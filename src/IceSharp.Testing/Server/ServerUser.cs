using System.Security.Cryptography;
using System.Text;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>A user as the server remembers it: keys, no password (RFC 8656 §6).</summary>
internal sealed class ServerUser(string name, string realm, string password) : IDisposable
{
    public string Name { get; } = name;

    public StunIntegrityKey Md5Key { get; } = StunIntegrityKey.LongTermMd5(name, realm, password);

    public StunIntegrityKey Sha256Key { get; } = StunIntegrityKey.LongTermSha256(name, realm, password);

    /// <summary>The value of USERHASH as hexadecimal digits (RFC 8489 §14.4).</summary>
    public string UserHash { get; } = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}:{realm}")));

    public void Dispose()
    {
        Md5Key.Dispose();
        Sha256Key.Dispose();
    }

    public override string ToString() => Name;
}
