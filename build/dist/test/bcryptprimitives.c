// What Go asks bcryptprimitives.dll for, which Wine of Debian 12 lacks. A test asset: it is
// put beside the programs under test and in no package.
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
	return SystemFunction036(data, (ULONG)length);
}
