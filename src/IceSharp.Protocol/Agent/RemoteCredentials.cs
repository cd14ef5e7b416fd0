using System.Text;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>The peer's credentials for one stream and what checks towards it carry.</summary>
internal sealed class RemoteCredentials(string ufrag, string password, string localUfrag) : IDisposable
{
    public string Ufrag { get; } = ufrag;

    public byte[] UfragBytes { get; } = Encoding.ASCII.GetBytes(ufrag);

    /// <summary>USERNAME of checks: the peer's fragment, a colon, ours (RFC 8445 §7.2.2).</summary>
    public byte[] CheckUsername { get; } = Encoding.ASCII.GetBytes($"{ufrag}:{localUfrag}");

    public StunIntegrityKey Key { get; } = StunIntegrityKey.ShortTerm(password);

    public bool Equals(string otherUfrag, string otherPassword) => otherUfrag == Ufrag && otherPassword == password;

    public void Dispose() => Key.Dispose();
}
