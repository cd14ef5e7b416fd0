using IceSharp.Protocol.Discovery;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Discovery;

public class AddressOrderTests
{
    [Theory]
    [InlineData("::1 ::2 ::3 1.0.0.1 1.0.0.2", "::1 1.0.0.1 ::2 1.0.0.2 ::3")]
    [InlineData("1.0.0.1 1.0.0.2 1.0.0.3 ::1", "1.0.0.1 ::1 1.0.0.2 1.0.0.3")]
    [InlineData("::1 1.0.0.1 1.0.0.2 ::2", "::1 1.0.0.1 ::2 1.0.0.2")]
    [InlineData("::1 ::2 ::3", "::1 ::2 ::3")]
    [InlineData("1.0.0.1 ::1", "1.0.0.1 ::1")]
    [InlineData("", "")]
    [Rfc("STUN-8489-8.1-c")]
    public void Families_take_turns(string addresses, string ordered) =>
        AddressOrder.Interleave([.. addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IpAddress.Parse)])
            .Should().Equal(ordered.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IpAddress.Parse));
}
